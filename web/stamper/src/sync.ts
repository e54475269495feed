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
/** How the installation answers a batch of which it can't read something, all of it unread. */
const UNREADABLE = new Set([400, 413, 422]);

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
    const waiting = (await entriesOf("waiting")).filter(({ brought }) => !brought);
    if (waiting.length === 0) return it.revoked ? amend({ ended: true }) : listen();
    // An answer that leaves something out would be asked for again without end.
    if (!(await bring(it.token, waiting.slice(0, BATCH)))) return false;
  }
}

/** Send wishes, and write down what became of them. False if nothing was said of them. */
async function bring(token: string, asked: Entry[]): Promise<boolean> {
  const signed = asked.flatMap((it) => it.signed ?? []);
  const told = await door.send(token, signed).catch((error) => {
    if (error instanceof Refused) return error;
    throw error;
  });
  if (!(told instanceof Refused)) return take(told.results, asked);
  if (told.status === 401) {
    await minded(told);
    return mark(asked, { brought: true });
  }
  if (!UNREADABLE.has(told.status)) throw told;
  // One that can't be read must not keep the others waiting: it is looked for by halves.
  if (asked.length === 1) {
    return mark(asked, { fate: "refused", code: told.code, detail: told.message });
  }
  const middle = Math.ceil(asked.length / 2);
  return (await bring(token, asked.slice(0, middle))) && (await bring(token, asked.slice(middle)));
}

async function mark(asked: Entry[], change: Partial<Entry>): Promise<true> {
  const tx = (await kept()).transaction("entries", "readwrite");
  for (const { counter } of asked) {
    const entry = await tx.store.get(counter);
    if (entry) await tx.store.put({ ...entry, ...change });
  }
  await tx.done;
  changed();
  return true;
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
    if (card) await putCard(tx.objectStore("cards"), card);
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
    await putCard(tx.objectStore("cards"), card);
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
  await Promise.all([...cards.map((it) => putCard(tx.store, it)), tx.done]);
  changed();
}

/** Answers may overtake each other: what was said of a card before it changed is old by now. */
async function putCard(cards: Cards, view: CardView): Promise<void> {
  const before = await cards.get(view.card_id);
  if (!before || before.moves <= view.moves) await cards.put(view);
}

interface Cards {
  get: (id: string) => Promise<CardView | undefined>;
  put: (view: CardView) => Promise<unknown>;
}

/** Old browsers have no such lock; there the installation takes a repeated number for the same. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks
    ? await navigator.locks.request("loyalnest-stamper-sending", work)
    : await work();
}
