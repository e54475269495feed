import { changed } from "./keep";
import type { Looked, Me, Paired, Recent, Result } from "./wire";
import { language } from "./words";

/** The installation said no, and why. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** Nobody answered: no network, or a server that is away. */
export class Unreached extends Error {}

export interface Signed {
  payload: string;
  signature: string;
}

const PATIENCE_MS = 8_000;
/** A guest waits while a card is looked up; what is known without a network must come soon. */
const AT_THE_COUNTER_MS = 4_000;
/** Who gave no answer the last time is not waited for as long again. */
const ONCE_BITTEN_MS = 1_500;

export const pair = (code: string, key: JsonWebKey, name: string): Promise<Paired> =>
  ask("pair", { body: { code, public_key: key, device_name: name } });

export const me = (token: string): Promise<Me> => ask("me", { token });

export const checkPin = (token: string, clerk: string, pin: string): Promise<void> =>
  ask("clerk", { token, body: { clerk_id: clerk, pin }, patience: atTheCounter() });

export const look = (token: string, code: string): Promise<Looked> =>
  ask("look", { token, body: { code }, patience: atTheCounter() });

export const send = (token: string, intents: Signed[]): Promise<{ results: Result[] }> =>
  ask("intents", { token, body: { intents }, patience: 30_000 });

export const recent = (token: string): Promise<{ stamps: Recent[] }> => ask("recent", { token });

let reached = navigator.onLine;
const atTheCounter = (): number => (reached ? AT_THE_COUNTER_MS : ONCE_BITTEN_MS);

/** Whether nobody answered when the installation was asked last. */
export const isAway = (): boolean => !reached || !navigator.onLine;

function note(now: boolean): void {
  if (now === reached) return;
  reached = now;
  changed();
}

interface Asked {
  token: string | undefined;
  body: object | undefined;
  patience: number;
}

async function ask<T>(
  path: string,
  { token, body, patience = PATIENCE_MS }: Partial<Asked>,
): Promise<T> {
  try {
    const told = await asked<T>(path, { token, body, patience });
    note(true);
    return told;
  } catch (error) {
    note(error instanceof Refused);
    throw error;
  }
}

async function asked<T>(path: string, { token, body, patience }: Asked): Promise<T> {
  if (!navigator.onLine) throw new Unreached();
  const answer = await fetch(`/v1/api/stamper/${path}?language=${language()}`, {
    method: body ? "POST" : "GET",
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body && { "Content-Type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout(patience),
  }).catch(() => {
    throw new Unreached();
  });
  // Also what a proxy says while the server behind it is away.
  if (answer.status >= 502) throw new Unreached();
  const told = await answer.json().catch(() => undefined);
  if (answer.ok && (told !== undefined || answer.status === 204)) return told as T;
  // A page of whoever owns the network, asking to be agreed with, is no answer of ours.
  if (typeof told?.code !== "string") throw new Unreached();
  throw new Refused(answer.status, told.code, String(told.detail ?? ""));
}
