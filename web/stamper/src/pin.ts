import { minded } from "./device";
import * as door from "./door";
import { Refused, Unreached } from "./door";
import { countMisses, device, misses } from "./keep";
import type { Clerk, PinHash } from "./wire";
import { bytesOf } from "./wishes";

/** Who stamps right now. */
export interface Present {
  id: string;
  name: string;
}

export type Tried =
  | { present: Present }
  | { wrong: true }
  | { waitUntil: number }
  /** The installation says why not, by a code and in its words. */
  | { refused: Refused };

/** From so many wrong PINs on each costs a pause, which doubles. */
const FREE = 4;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

/**
 * Whether that is the clerk's PIN: by the installation where it answers, else by what is known here.
 *
 * Wrong ones are counted on the disk, so that closing the app lets nobody try on.
 */
export async function enter(clerk: Clerk, pin: string): Promise<Tried> {
  const before = await misses();
  if (before.until > Date.now()) return { waitUntil: before.until };
  const right = await isRight(clerk, pin);
  if (right instanceof Refused) return { refused: right };
  if (right) {
    await countMisses({ count: 0, until: 0 });
    return { present: { id: clerk.id, name: clerk.name } };
  }
  const count = before.count + 1;
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (count - FREE), LONGEST_PAUSE_MS);
  const until = count < FREE ? 0 : Date.now() + pause;
  await countMisses({ count, until });
  return until ? { waitUntil: until } : { wrong: true };
}

async function isRight(clerk: Clerk, pin: string): Promise<boolean | Refused> {
  const it = await device();
  if (!it) return false;
  try {
    await door.checkPin(it.token, clerk.id, pin);
    return true;
  } catch (error) {
    if (error instanceof Unreached) return matches(clerk.pin, pin);
    if (!(error instanceof Refused)) throw error;
    if (error.code === "PIN_WRONG") return false;
    if (error.status === 401) await minded(error);
    return error;
  }
}

async function matches({ salt, iterations, hash }: PinHash, pin: string): Promise<boolean> {
  const digits = new TextEncoder().encode(pin);
  const key = await crypto.subtle.importKey("raw", digits, "PBKDF2", false, ["deriveBits"]);
  const wanted = bytesOf(hash);
  const made = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(salt), iterations },
    key,
    wanted.length * 8,
  );
  return new Uint8Array(made).every((byte, place) => byte === wanted[place]);
}
