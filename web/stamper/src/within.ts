import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { type Device, onChange } from "./keep";
import type { Open } from "./look";
import type { Present } from "./pin";
import type { Language } from "./words";

export type View =
  | { at: "desk" }
  | { at: "card"; open: Open }
  | { at: "choose"; opens: Open[] }
  | { at: "recent" }
  | { at: "news" }
  | { at: "more" };

/** What every screen works with. */
export interface Within {
  device: Device | undefined;
  present: Present | undefined;
  go: (view: View) => void;
  /** Lay cards on the counter: one is opened, of several one is chosen. */
  open: (opens: Open[]) => void;
  lock: () => void;
  /** Say something to whoever does not look at the screen. */
  announce: (words: string) => void;
  setPresent: (present: Present) => void;
  setSpoken: (language: Language) => void;
}

export const Within = createContext<Within | undefined>(undefined);

export function useWithin(): Within {
  const found = useContext(Within);
  if (!found) throw new Error("outside of the app");
  return found;
}

/** What is kept on this device, read again whenever it changes, in whichever tab. */
export function useLive<T>(
  read: () => Promise<T>,
  on: readonly unknown[] = [],
): { known: false; value?: undefined } | { known: true; value: T } {
  const [found, setFound] = useState<{ known: true; value: T }>();
  useEffect(() => {
    let ended = false;
    const look = () =>
      void read().then((value) => {
        if (!ended) setFound({ known: true, value });
      });
    look();
    const stop = onChange(look);
    return () => {
      ended = true;
      stop();
    };
  }, on);
  return found ?? { known: false };
}
