import * as door from "./door";
import { Refused, Unreached } from "./door";
import { amend, begin, device } from "./keep";

/** What comes before a pairing code in the address that is shown as a QR code. */
export const LINK = "#pair=";

/** The pairing code in what somebody typed or showed to the camera. */
export function pairingCode(text: string): string {
  const found = text.includes(LINK) ? text.slice(text.indexOf(LINK) + LINK.length) : text;
  return decodeURIComponent(found).trim().toUpperCase();
}

/** Make this browser a stamper. Raises Refused, Unreached. */
export async function pairWith(code: string, name: string): Promise<void> {
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
    "sign",
    "verify",
  ]);
  const shown = await crypto.subtle.exportKey("jwk", keys.publicKey);
  const { kty, crv, x, y } = shown;
  const asked = Date.now();
  const { stamper_id, token, ...me } = await door.pair(
    code,
    { kty, crv, x, y } as JsonWebKey,
    name,
  );
  await begin({
    ...{ id: stamper_id, token, me, key: keys.privateKey },
    skew: skewOf(me.server_time, asked),
  });
  // Else a browser that runs out of space may throw away stamps that were not sent yet.
  await navigator.storage?.persist?.();
}

/** Hear anew what a device has to know. False where nobody answered. */
export async function refresh(): Promise<boolean> {
  const it = await device();
  if (!it || it.revoked) return false;
  const asked = Date.now();
  try {
    const me = await door.me(it.token);
    await amend({ me, skew: skewOf(me.server_time, asked) });
    return true;
  } catch (error) {
    if (error instanceof Unreached) return false;
    await minded(error);
    return false;
  }
}

/** Note where a refusal means that this device is cut off; everything else is raised again. */
export async function minded(error: unknown): Promise<void> {
  if (!(error instanceof Refused && error.status === 401)) throw error;
  if (!(await device())?.revoked) await amend({ revoked: new Date().toISOString() });
}

/** What the installation's clock is ahead of ours; it looked somewhere between question and answer. */
function skewOf(theirs: string, asked: number): number {
  return Date.parse(theirs) - (asked + Date.now()) / 2;
}
