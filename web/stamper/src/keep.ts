import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { CardView, Me, Wish } from "./wire";

/** What a paired device is, to itself. */
export interface Device {
  id: string;
  token: string;
  /** Not to be taken out of this browser. */
  key: CryptoKey;
  /** What the installation's clock was ahead of ours, in milliseconds, when last heard of. */
  skew: number;
  me: Me;
  /** When the installation said that this device is cut off. What waits is brought once more. */
  revoked?: string;
  /** The installation has taken all that waited, for the owner, or wants none of it. */
  ended?: boolean;
}

export type Fate = "waiting" | "done" | "held" | "refused";

/** One wish of a clerk, from before anything was shown as done until somebody knows its end. */
export interface Entry {
  counter: number;
  at: string;
  clerk: string;
  wish: Wish;
  /** What goes to the installation, as it was signed; what it told us of by itself has none. */
  signed?: { payload: string; signature: string };
  fate: Fate;
  code?: string | null;
  detail?: string | null;
  /** Whether somebody has read that it was held or refused. */
  read?: boolean;
  undone?: boolean;
  /** The installation has taken it for the owner, of a device that is cut off: it says no more. */
  brought?: boolean;
  /** Of which card, where that is known, and how it is called. */
  card?: string;
  name: string;
  program: string;
}

/** PINs that were wrong, one after the other, and until when nobody may try. */
export interface Misses {
  count: number;
  until: number;
}

interface Schema extends DBSchema {
  about: { key: "device" | "counter" | "misses"; value: Device | number | Misses };
  entries: { key: number; value: Entry; indexes: { fate: Fate; card: string } };
  cards: { key: string; value: CardView; indexes: { number: string } };
}

/** So many entries that are over are kept for whoever wants to undo one. */
const KEPT = 200;
const CHANNEL = "loyalnest-stamper";

export type Kept = IDBPDatabase<Schema>;
let opening: Promise<Kept> | undefined;
const channel = new BroadcastChannel(CHANNEL);
const listeners = new Set<() => void>();
channel.onmessage = () => tell();

/** Everything that this device keeps. Raises where the browser keeps nothing. */
export function kept(): Promise<Kept> {
  opening ??= openDB<Schema>("stamper", 1, {
    upgrade(db) {
      db.createObjectStore("about");
      const entries = db.createObjectStore("entries", { keyPath: "counter" });
      entries.createIndex("fate", "fate");
      entries.createIndex("card", "card");
      db.createObjectStore("cards", { keyPath: "card_id" }).createIndex("number", "number");
    },
    // A later version of the app, in another tab, wants to change what is kept.
    blocking: () => location.reload(),
    terminated: () => {
      opening = undefined;
    },
  });
  return opening;
}

/** Be told whenever what is kept has changed, in this tab or another one. */
export function onChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tell everybody that what is kept has changed. */
export function changed(): void {
  channel.postMessage("changed");
  tell();
}

export async function device(): Promise<Device | undefined> {
  return (await (await kept()).get("about", "device")) as Device | undefined;
}

/** Change what is known of this device; nothing if it is not paired (any more). */
export async function amend(change: Partial<Device>): Promise<true> {
  const tx = (await kept()).transaction("about", "readwrite");
  const before = (await tx.store.get("device")) as Device | undefined;
  if (before) await tx.store.put({ ...before, ...change }, "device");
  await tx.done;
  changed();
  return true;
}

export async function begin(it: Device): Promise<void> {
  const tx = (await kept()).transaction(["about", "entries", "cards"], "readwrite");
  await Promise.all([
    tx.objectStore("entries").clear(),
    tx.objectStore("cards").clear(),
    tx.objectStore("about").clear(),
    tx.objectStore("about").put(it, "device"),
    tx.objectStore("about").put(0, "counter"),
    tx.done,
  ]);
  changed();
}

export async function forget(): Promise<void> {
  const tx = (await kept()).transaction(["about", "entries", "cards"], "readwrite");
  await Promise.all([
    tx.objectStore("about").clear(),
    tx.objectStore("entries").clear(),
    tx.objectStore("cards").clear(),
    tx.done,
  ]);
  changed();
}

export async function misses(): Promise<Misses> {
  const found = (await (await kept()).get("about", "misses")) as Misses | undefined;
  return found ?? { count: 0, until: 0 };
}

export async function countMisses(it: Misses): Promise<void> {
  await (await kept()).put("about", it, "misses");
}

export async function entriesOf(fate: Fate): Promise<Entry[]> {
  return (await kept()).getAllFromIndex("entries", "fate", fate);
}

/** What was done here, the latest first. */
export async function latest(): Promise<Entry[]> {
  return (await (await kept()).getAll("entries")).reverse();
}

/** Leave of what is over only the latest; what waits and what nobody has read stays. */
export async function tidy(): Promise<void> {
  const tx = (await kept()).transaction("entries", "readwrite");
  const over = (await tx.store.getAll()).filter((it) => it.fate === "done" || it.read);
  await Promise.all([...over.slice(0, -KEPT).map((it) => tx.store.delete(it.counter)), tx.done]);
}

function tell(): void {
  for (const listener of listeners) listener();
}
