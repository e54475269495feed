import type { Session } from "../session";
import type { Mounted } from "../types";
import type { Words } from "../words";
import type { Account } from "./account";

export type View = "home" | "earn" | "spend" | "codes" | "refer" | "badges" | "history" | "privacy";

/** What every screen of the panel has at hand. */
export interface Within {
  it: Mounted;
  words: Words;
  session: Session;
  /** Null for a guest, undefined until it is known. */
  account: Account | null | undefined;
  /** Why that could not be known, in words. */
  failed: string | undefined;
  view: View;
  /** What the screen keeps to itself; it is gone with it. */
  kept: Record<string, unknown>;
  go: (view: View) => void;
  /** Lead whoever reads along to the title of what is shown now. */
  lead: () => void;
  /** Ask anew for everything that is shown. */
  reload: () => Promise<void>;
  /** Show it all as it is now. */
  draw: () => void;
  /** What went wrong, in words. */
  told: (error: unknown) => string;
  close: () => void;
}

// There is one panel, and with every change it is drawn as a whole.
let within: Within;

export const useWithin = (): Within => within;

export function enter(next: Within): void {
  within = next;
}

/** Something that a screen keeps until another one is shown, and what changes it. */
export function useKept<T>(name: string, first: T): [T, (next: T) => void] {
  const { kept, draw } = within;
  const keep = (next: T): void => {
    kept[name] = next;
    draw();
  };
  return [name in kept ? (kept[name] as T) : first, keep];
}

/** What a screen begins with, when it is shown for the first time. */
export function useBegin(begin: () => Promise<void>): void {
  const { kept } = within;
  if (kept.begun) return;
  kept.begun = true;
  void begin();
}
