import { useState } from "preact/hooks";
import { isAway } from "../door";
import { type Entry, kept } from "../keep";
import { standing } from "../likely";
import type { Open } from "../look";
import { nearFor } from "../near";
import { signal } from "../signals";
import { sync } from "../sync";
import type { Due, Whose, Wish } from "../wire";
import { write } from "../wishes";
import { useLive, useWithin } from "../within";
import { number, reason, say } from "../words";

/** So long a guest waits for the installation's word; then what was written down has to do. */
const PATIENCE_MS = 2_500;

export type Stamped = { count: number } | { amount: string; currency: string };
type How = Stamped & { program?: string };

export interface Doing {
  busy: boolean;
  /** What was done last with this card, and what became of it, until somebody goes on with it. */
  entry: Entry | undefined;
  goOn: () => void;
  /** Nothing was done: it could not be written down. */
  failed: boolean;
  stamp: (how: How) => Promise<void>;
  use: (reward: Due) => Promise<void>;
}

/** What a clerk does with a card: each wish written down first, sent at once, and followed. */
export function useDoing(open: Open, confirmed: boolean): Doing {
  const { device, present, announce } = useWithin();
  const [busy, setBusy] = useState(false);
  const [last, setLast] = useState<number>();
  const [coded, setCoded] = useState<number>();
  const [failed, setFailed] = useState(false);
  const found = useLive(() => entryOf(last), [last]);

  async function wish(make: (card: Whose) => Wish | Promise<Wish>) {
    if (!present || busy) return;
    setBusy(true);
    setFailed(false);
    try {
      await carryOut(present.id, make);
    } catch {
      setFailed(true);
      signal("bad");
    } finally {
      setBusy(false);
    }
  }

  async function carryOut(clerk: string, make: (card: Whose) => Wish | Promise<Wish>) {
    const { view, label } = open;
    // A live code is good for one wish; after it the card is known by itself. Where it was refused,
    // it tells nothing of who stands there.
    const spent = (await entryOf(coded))?.fate;
    const isKnown = spent === "done" || spent === "waiting";
    const card = isKnown && view ? { id: view.card_id } : open.whose;
    const { counter } = await write({
      ...{ clerk, wish: await make(card), offline: open.offline || isAway() },
      ...{ card: view?.card_id, name: view?.name ?? label, program: view?.program ?? "" },
    });
    setLast(counter);
    if (card === open.whose) setCoded(counter);
    await Promise.race([sync(), new Promise((after) => setTimeout(after, PATIENCE_MS))]);
    const entry = await entryOf(counter);
    if (entry) await tell(entry, (view?.rewards ?? []).length);
  }

  async function tell(entry: Entry, dueBefore: number) {
    const view = (await standing(entry.card))?.view;
    if (entry.fate === "refused" || entry.fate === "held") {
      signal("bad");
      announce(`${say(entry.fate)} ${reason(entry.code, entry.detail)}`);
      return;
    }
    signal((view?.rewards.length ?? 0) > dueBefore ? "reward" : "good");
    const stands = view && say("of", { done: number(view.collected), all: number(view.needed) });
    const said = [entry.name, say(entry.fate === "done" ? "confirmed" : "notConfirmed"), stands];
    announce(said.filter(Boolean).join(", "));
  }

  return {
    busy,
    entry: last === undefined ? undefined : found.value,
    failed,
    goOn: () => setLast(undefined),
    stamp: (how) =>
      wish(async (card) => {
        const near = await nearFor(open.view?.program_id ?? how.program, device?.me.programs);
        return { kind: "stamp", card, ...how, ...(near && { near }), confirmed };
      }),
    use: ({ id }) => wish((card) => ({ kind: "use", card, reward: id, confirmed })),
  };
}

async function entryOf(counter: number | undefined): Promise<Entry | undefined> {
  return counter === undefined ? undefined : (await kept()).get("entries", counter);
}
