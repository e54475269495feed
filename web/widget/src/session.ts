import type { Mounted } from "./types";

/** A refusal, in words for whoever is refused. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** The customer's session: in memory alone, and renewed when it ends. */
export interface Session {
  /** Whether somebody is signed in to the shop. */
  member: () => Promise<boolean>;
  /** What a request says of who asks, where that is known already. */
  bearer: () => Record<string, string>;
  /** Find out anew who is there. */
  refresh: () => void;
  /** Ask the API as that customer. Raises Refused. */
  ask: <T>(path: string, init?: { method?: string; body?: object; key?: string }) => Promise<T>;
}

interface Pass {
  token: string;
  expires_at: string;
}

const PATIENCE_MS = 15_000;
const EARLY_MS = 30_000;
const A_SECOND_MS = 1_100;
const GUEST = new Set([401, 403, 404]);

export function sessionOf(it: Mounted): Session {
  const found = it.kept.get("session") as Session | undefined;
  const { session: given } = it.options;
  const session = found ?? (typeof given === "object" ? given : begin(it, given));
  it.kept.set("session", session);
  return session;
}

function begin({ config, api }: Mounted, address: string | undefined): Session {
  let pass: Promise<Pass | null> | undefined;
  let ends = 0;
  let known: string | undefined;

  const fetched = (url: string, init: RequestInit) =>
    fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => {
      throw new Refused("NETWORK", config.texts.failed ?? "");
    });

  async function enter(again = true): Promise<Pass | null> {
    const link = taken();
    if (!link && !address) return null;
    const answer = link
      ? await fetched(`${api}sessions`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ token: link }),
          credentials: "omit",
        })
      : await fetched(address as string, { headers: { Accept: "application/json" } });
    if (GUEST.has(answer.status)) {
      const { code } = await read(answer);
      // Two tabs asked in the same second, and a shop's signature is good for one of them.
      if (code !== "PASS_INVALID" || link || !again) return null;
      await new Promise((after) => setTimeout(after, A_SECOND_MS));
      return enter(false);
    }
    if (!answer.ok) throw await refusal(answer);
    const given = await read(answer);
    return given.token ? (given as unknown as Pass) : null;
  }

  async function current(): Promise<Pass | null> {
    if (!pass || (ends && ends - EARLY_MS < Date.now())) {
      pass = enter();
      ends = 0;
      pass.then(
        (given) => {
          ends = given ? Date.parse(given.expires_at) : 0;
          known = given?.token;
        },
        () => {
          pass = undefined;
        },
      );
    }
    return pass;
  }

  async function refusal(answer: Response): Promise<Refused> {
    const { code, detail } = await read(answer);
    return new Refused(code ?? "", detail ?? config.texts.failed ?? "");
  }

  async function send(path: string, { method = "GET", body, key }: Sent, token: string) {
    const about = `${path.includes("?") ? "&" : "?"}language=${config.language}`;
    return fetched(`${api}${path}${about}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body && { "Content-Type": "application/json" }),
        ...(key && { "Idempotency-Key": key }),
      },
      ...(body && { body: JSON.stringify(body) }),
      credentials: "omit",
    });
  }

  return {
    member: async () => Boolean(await current()),
    refresh: () => {
      pass = known = undefined;
    },
    bearer: () => (known ? { Authorization: `Bearer ${known}` } : {}),
    ask: async (path, init = {}) => {
      for (let attempt = 0; ; attempt++) {
        const given = await current();
        if (!given) throw new Refused("GUEST", config.texts.guest ?? "");
        const answer = await send(path, init, given.token);
        if (answer.ok) return answer.status === 204 ? undefined : answer.json();
        if (answer.status !== 401 || attempt) throw await refusal(answer);
        pass = undefined;
      }
    },
  };
}

interface Sent {
  method?: string;
  body?: object;
  key?: string;
}

async function read(answer: Response): Promise<Record<string, string | undefined>> {
  return answer.json().then(
    (told) => (told && typeof told === "object" ? told : {}),
    () => ({}),
  );
}

/** What a signed link carried, taken out of the address: it works once. */
function taken(): string | undefined {
  const link = /^#(lno_[\w.-]+)$/.exec(location.hash)?.[1];
  if (link) history.replaceState(history.state, "", location.pathname + location.search);
  return link;
}
