import { minded, refresh } from "./device";
import * as door from "./door";
import { Refused, Unreached } from "./door";
import { amend, changed, device, type Entry, entriesOf, kept, tidy } from "./keep";
import type { CardView, Recent, Result } from "./wire";

const BATCH = 100;
const EVERY_MS = 10_000;
const SLOWEST_MS = 120_000;
/** Clerks, programs and limits change seldom; that a device is cut off is said to any question. */
const REFRESH_MS = 60_000;

let tries = 0;
let refreshed = 0;
let next: ReturnType<typeof setTimeout> | undefined;

/** Send what waits, now and whenever there is a network again, for as long as the app is open. */
export function keepSending(): void {
  addEventListener("online", () => void sync());
  addEventListener("offline", changed);
  document.addEventListener("visibilitychange", () => document.hidden || void sync());
  void sync();
}

/**
 * Send what waits, in its order, until nothing does.
 *
 * One tab at a time sends; another one's waits, and then finds nothing left.
 */
export async function sync(): Promise<void> {
  clearTimeout(next);
  const went = await alone(sendAll).catch(async (error) => {
    if (error instanceof Refused) await minded(error).catch(() => undefined);
    return false;
  });
  tries = went ? 0 : tries + 1;
  const pause = Math.min(EVERY_MS * 2 ** Math.max(0, tries - 1), SLOWEST_MS);
  clearTimeout(next);
  next = setTimeout(() => void sync(), pause);
}

async function sendAll(): Promise<boolean> {
  for (;;) {
    const it = await device();
    if (!it || it.ended) return true;
    const waiting = (await entriesOf("waiting")).slice(0, BATCH);
    if (waiting.length === 0) return it.revoked ? amend({ ended: true }) : listen();
    const { results } = await door.send(
      it.token,
      waiting.flatMap(({ signed }) => signed ?? []),
    );
    // An answer that leaves something out would be asked for again without end.
    if (!(await take(results, waiting))) return false;
  }
}

/** Nothing is to be said: hear whether there is anything new, now and then. */
async function listen(): Promise<boolean> {
  if (!door.isAway() && Date.now() - refreshed < REFRESH_MS) return true;
  const heard = await refresh();
  if (heard) refreshed = Date.now();
  return heard;
}

/** Write down what became of wishes, and how their cards stand. False if it was about none. */
async function take(results: Result[], asked: Entry[]): Promise<boolean> {
  const tx = (await kept()).transaction(["entries", "cards"], "readwrite");
  const entries = tx.objectStore("entries");
  // One that can't be read has no number in its answer: what counts is the place.
  const told = results.length === asked.length ? results : [];
  for (const [place, { outcome, code, detail, card }] of told.entries()) {
    const entry = asked[place] && (await entries.get(asked[place].counter));
    if (!entry) continue;
    const fate = outcome === "again" ? "done" : outcome;
    await entries.put({ ...entry, ...(card && named(card)), fate, code, detail });
    if (card) await tx.objectStore("cards").put(card);
    if (entry.wish.kind === "undo" && fate === "done") {
      const undone = await entries.get(entry.wish.undoes);
      if (undone) await entries.put({ ...undone, undone: true });
    }
  }
  await tx.done;
  await tidy();
  changed();
  return told.length > 0;
}

/** Hear what the installation has of this device: what was undone elsewhere, and how cards stand. */
export async function hearRecent(): Promise<void> {
  const it = await device();
  if (!it || it.revoked) return;
  const told = await door.recent(it.token).catch(async (error) => {
    if (!(error instanceof Unreached)) await minded(error).catch(() => undefined);
  });
  if (told) await takeRecent(told.stamps);
}

async function takeRecent(stamps: readonly Recent[]): Promise<void> {
  const tx = (await kept()).transaction(["entries", "cards"], "readwrite");
  const entries = tx.objectStore("entries");
  for (const { counter, at, count, card, undone } of stamps) {
    const before = await entries.get(counter);
    const wish = { kind: "stamp", card: { id: card.card_id }, count, confirmed: false } as const;
    const mine: Entry = before ?? { counter, at, clerk: "", wish, fate: "done", ...named(card) };
    await entries.put({ ...mine, undone });
    await tx.objectStore("cards").put(card);
  }
  await tx.done;
  changed();
}

const named = (card: CardView) => ({
  card: card.card_id,
  name: card.name ?? card.number,
  program: card.program,
});

/** Keep how cards stand, for when there is no network. */
export async function keepCards(cards: readonly CardView[]): Promise<void> {
  const tx = (await kept()).transaction("cards", "readwrite");
  await Promise.all([...cards.map((it) => tx.store.put(it)), tx.done]);
  changed();
}

/** Old browsers have no such lock; there the installation takes a repeated number for the same. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks
    ? await navigator.locks.request("loyalnest-stamper-sending", work)
    : await work();
}
