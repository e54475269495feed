import { changed, type Device, device, type Entry, kept } from "./keep";
import type { Wish } from "./wire";

/** Who wishes, about what, and what is known of where we are. */
export interface Said {
  clerk: string;
  wish: Wish;
  offline: boolean;
  card?: string | undefined;
  name: string;
  program: string;
}

/**
 * Write a wish down, signed and numbered. What is returned is on the disk: only then may anything
 * be shown as done.
 *
 * A number belongs to one wish, whatever several tabs do at once: it is taken in the same
 * transaction that writes the wish, and whoever comes second takes the next one.
 */
export async function write(said: Said): Promise<Entry> {
  const it = await device();
  if (!it) throw new Error("this device is not paired");
  for (;;) {
    const last = await lastCounter();
    const entry = await signed(it, last + 1, said);
    if (await put(entry, last)) {
      changed();
      return entry;
    }
  }
}

async function lastCounter(): Promise<number> {
  return ((await (await kept()).get("about", "counter")) as number | undefined) ?? 0;
}

/** The signature is made before the transaction: one that waits for anything else ends. */
async function signed(it: Device, counter: number, said: Said): Promise<Entry> {
  const { clerk, wish, offline, card, name, program } = said;
  const at = new Date(Date.now() + it.skew).toISOString();
  const intent = { v: 1, stamper: it.id, counter, at, clerk, offline, ...wish };
  const payload = base64url(new TextEncoder().encode(JSON.stringify(intent)));
  const made = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    it.key,
    new TextEncoder().encode(payload),
  );
  return {
    ...{ counter, at, clerk, wish, name, program, fate: "waiting" },
    ...(card && { card }),
    signed: { payload, signature: base64url(new Uint8Array(made)) },
  };
}

async function put(entry: Entry, last: number): Promise<boolean> {
  const tx = (await kept()).transaction(["about", "entries"], "readwrite", {
    durability: "strict",
  });
  const about = tx.objectStore("about");
  const mine = (((await about.get("counter")) as number | undefined) ?? 0) === last;
  if (mine) {
    await Promise.all([about.put(entry.counter, "counter"), tx.objectStore("entries").add(entry)]);
  }
  await tx.done;
  return mine;
}

export function base64url(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (each) => each.charCodeAt(0));
}
