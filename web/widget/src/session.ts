import type { Mounted } from "./types";

/** A refusal, in words for whoever is refused. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    detail: string,
    /** Whether it was decided: asked again, the answer would be the same. */
    readonly final = false,
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
  ask: <T>(path: string, init?: Sent) => Promise<T>;
}

interface Sent {
  method?: string;
  body?: object;
  /** Done once, however often it is asked for until it is known what became of it. */
  once?: boolean;
}

interface Pass {
  customer_id: string;
  token: string;
  expires_at: string;
}

const PATIENCE_MS = 15_000;
const EARLY_MS = 30_000;
const A_SECOND_MS = 1_100;
const GUEST = new Set([401, 403, 404]);
/** Refusals that may be another answer the next time, as those of a server that fails are. */
const FOR_NOW = new Set([401, 408, 425, 429]);

export function sessionOf(it: Mounted): Session {
  const found = it.kept.get("session") as Session | undefined;
  const { session: given } = it.options;
  const session = found ?? (typeof given === "object" ? given : begin(it, given));
  it.kept.set("session", session);
  return session;
}

function begin(it: Mounted, address: string | undefined): Session {
  const { config, api, ends, kept } = it;
  let pass: Promise<Pass | null> | undefined;
  let until = 0;
  /** Whose figures are shown: null for a guest's, undefined for nobody's yet. */
  let known: Pass | null | undefined;
  let linked = false;
  /** Of what was asked for once, and not answered yet. */
  const keys = new Map<string, string>();

  const fetched = (url: string, init: RequestInit) =>
    fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => {
      throw new Refused("NETWORK", config.texts.failed ?? "");
    });

  async function enter(again = true): Promise<Pass | null> {
    const link = taken();
    linked = Boolean(link);
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
      // A link that was used before says nothing of who is signed in to the shop.
      if (link) return enter();
      const { code } = await read(answer);
      // Two tabs asked in the same second, and a shop's signature is good for one of them.
      if (code !== "PASS_INVALID" || !again) return null;
      await new Promise((after) => setTimeout(after, A_SECOND_MS));
      return enter(false);
    }
    if (!answer.ok) throw await refusal(answer);
    const given = await read(answer);
    return given.token ? (given as unknown as Pass) : null;
  }

  function current(): Promise<Pass | null> {
    if (pass && (!until || until - EARLY_MS > Date.now())) return pass;
    until = 0;
    const mine = enter().then(
      (given) => {
        if (pass !== mine) return current();
        const before = known;
        known = given;
        until = given ? Date.parse(given.expires_at) : 0;
        // What is shown is somebody else's.
        if (before !== undefined && before?.customer_id !== given?.customer_id) {
          (kept.get("panel") as { refresh: () => void } | undefined)?.refresh();
        }
        return given;
      },
      (error) => {
        if (pass === mine) pass = undefined;
        throw error;
      },
    );
    pass = mine;
    return mine;
  }

  async function refusal(answer: Response): Promise<Refused> {
    const { code, detail } = await read(answer);
    const final = answer.status < 500 && !FOR_NOW.has(answer.status);
    return new Refused(code ?? "", detail ?? config.texts.failed ?? "", final);
  }

  async function send(path: string, { method = "GET", body }: Sent, token: string, key?: string) {
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

  // Meanwhile somebody else may have signed in to the shop: in this tab before its page came back,
  // or in another one.
  addEventListener("pageshow", ({ persisted }) => persisted && it.refresh(), { signal: ends });
  document.addEventListener(
    "visibilitychange",
    () => {
      if (!linked) pass = undefined;
    },
    { signal: ends },
  );
  return {
    member: async () => Boolean(await current()),
    refresh: () => {
      pass = known = undefined;
    },
    bearer: () => (known ? { Authorization: `Bearer ${known.token}` } : {}),
    ask: async (path, init = {}) => {
      const who = known?.customer_id;
      const name = path + JSON.stringify(init.body);
      const key = init.once ? (keys.get(name) ?? unheardOf()) : undefined;
      if (key) keys.set(name, key);
      for (let attempt = 0; ; attempt++) {
        const given = await current();
        // Nobody spends what another has: who pressed the button may have signed out meanwhile.
        if (!given || (who && who !== given.customer_id)) {
          throw new Refused("GUEST", config.texts.guest ?? "");
        }
        const answer = await send(path, init, given.token, key);
        if (answer.ok) {
          const told = answer.status === 204 ? undefined : await answer.json();
          keys.delete(name);
          return told;
        }
        if (answer.status !== 401 || attempt) {
          const refused = await refusal(answer);
          if (refused.final) keys.delete(name);
          throw refused;
        }
        if (known === given) pass = undefined;
      }
    },
  };
}

const unheardOf = (): string => crypto.getRandomValues(new Uint32Array(4)).join("-");

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
