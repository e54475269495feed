/**
 * Who is signed in. The access token lives in memory alone; the refresh token in a cookie that no
 * script can read. Inside another site's frame there is no such cookie, and it stays in memory too.
 * In Shopify's admin there is no session of ours: each request carries a fresh token of Shopify's,
 * once somebody has signed in to say who they are.
 */
import { useSyncExternalStore } from "react";
import { bridge, embedded } from "./bridge";
import { type Problem, ProblemError } from "./problem";
import type { components } from "./schema";

type Tokens = components["schemas"]["SessionTokens"];
type SignIn = components["schemas"]["SignIn"];
type LinkUse = components["schemas"]["LinkUse"];

/** Refusals are told by our own catalogues; the server's English says more than its others. */
export const IN_ENGLISH = { "Accept-Language": "en" };
const SIGNED_IN = "loyalnest.signed-in";
const EARLY_MS = 30_000;

let tokens: Tokens | null = null;
/** Whether the admin's user is somebody here; null until that was asked. */
let admitted: boolean | null = null;
let renewal: Promise<boolean> | null = null;
const listeners = new Set<() => void>();

function keep(fresh: Tokens | null): void {
  tokens = fresh;
  if (!embedded) {
    if (fresh) localStorage.setItem(SIGNED_IN, "1");
    else localStorage.removeItem(SIGNED_IN);
  }
  changed();
}

function changed(): void {
  for (const listener of listeners) listener();
}

function admit(known: boolean): boolean {
  admitted = known;
  changed();
  return known;
}

async function ask(path: string, body: object): Promise<Tokens> {
  const response = await fetch(`/v1/api/auth/${path}`, {
    method: "POST",
    headers: { ...IN_ENGLISH, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw await refusal(response);
  return (await response.json()) as Tokens;
}

async function refusal(response: Response): Promise<ProblemError> {
  return new ProblemError((await response.json()) as Problem);
}

export async function signIn(credentials: Omit<SignIn, "cookie">): Promise<void> {
  const fresh = await ask("login", { ...credentials, cookie: !embedded });
  if (bridge) await tie(bridge, fresh.access_token);
  else keep(fresh);
}

/** Tell the server who the admin's user is; from here on their tokens are enough. */
async function tie(admin: NonNullable<typeof bridge>, access: string): Promise<void> {
  const bearing = { ...IN_ENGLISH, Authorization: `Bearer ${access}` };
  const response = await fetch("/v1/api/auth/shopify-user", {
    method: "PUT",
    headers: { ...bearing, "Content-Type": "application/json" },
    body: JSON.stringify({ id_token: await admin.idToken() }),
  });
  if (!response.ok) throw await refusal(response);
  await fetch("/v1/api/auth/logout", { method: "POST", headers: bearing });
  admit(true);
}

/** Whether the server knows the admin's user. */
async function recognised(admin: NonNullable<typeof bridge>): Promise<boolean> {
  const response = await fetch("/v1/api/auth/me", {
    headers: { ...IN_ENGLISH, Authorization: `Bearer ${await admin.idToken()}` },
  });
  if (!response.ok && response.status !== 401) throw await refusal(response);
  return admit(response.ok);
}

/** Take up a link that somebody was given: their password is set and they are signed in. */
export async function join(taken: Omit<LinkUse, "cookie">): Promise<void> {
  keep(await ask("links/use", { ...taken, cookie: !embedded }));
}

/** Forget the session here; whoever calls has ended it at the server. */
export function forget(): void {
  keep(null);
}

/** A valid access token, renewed where it is about to expire; null when nobody is signed in. */
export async function accessToken(): Promise<string | null> {
  if (bridge) return (admitted ?? (await renew())) ? bridge.idToken() : null;
  const fresh = tokens && Date.parse(tokens.access_expires_at) - Date.now() > EARLY_MS;
  if (!fresh && !(await renew())) return null;
  return tokens?.access_token ?? null;
}

/** Exchange the refresh token, once however many ask. A token works once, so tabs take turns. */
export function renew(): Promise<boolean> {
  renewal ??= locked(exchange).finally(() => {
    renewal = null;
  });
  return renewal;
}

async function locked(work: () => Promise<boolean>): Promise<boolean> {
  if (embedded || !("locks" in navigator)) return work();
  return await navigator.locks.request("loyalnest.renewal", work);
}

async function exchange(): Promise<boolean> {
  if (bridge) return recognised(bridge);
  const held = tokens?.refresh_token;
  if (!held && (embedded || !localStorage.getItem(SIGNED_IN))) return false;
  try {
    keep(await ask("refresh", held ? { refresh_token: held } : {}));
    return true;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.problem.status !== 401) throw error;
    keep(null);
    return false;
  }
}

/** Whether somebody is signed in, as far as this tab knows. */
export function useSignedIn(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => admitted ?? tokens !== null,
  );
}
