import type { Session } from "../session";
import type { Config } from "../types";

const DAY_MS = 86_400_000;
const AVAILABLE = 620;
const CODE = "LN-PREVIEW";

/** Somebody made up, who is asked of no server: what a member of this program might see. */
export function madeUpMember(config: Config, now = Date.now()): Session {
  const answers = answersOf(config, (days) => new Date(now + days * DAY_MS).toISOString());
  return {
    member: async () => true,
    bearer: () => ({}),
    refresh: () => undefined,
    ask: async <T>(path: string, init: { method?: string } = {}) => {
      const [name = ""] = path.split("?");
      return (answers[`${init.method ?? "GET"} ${name}`] ?? { items: [] }) as T;
    },
  };
}

type After = (days: number) => string;

/** By method and path. */
function answersOf(config: Config, after: After): Record<string, object> {
  const referral = {
    enabled: config.referral.enabled,
    referral_code: "ANNA",
    link: `https://${config.shop || "example.com"}/?ref=ANNA`,
    you_get: config.referral.you_get,
    friend_gets: config.referral.friend_gets,
    progress: { pending: 1, completed: 2, next_due_at: after(9) },
  };
  return {
    "GET me": { accounts: [points(after)], tier: standing(config, after) },
    "GET me/rewards": { items: config.rewards.map(offered) },
    "GET me/referral": referral,
    "POST me/referral": referral,
    "GET me/badges": play(config, after),
    "GET me/perks": { perks: [], nudges: [] },
    "GET me/entries": { items: entries(after), next_cursor: null },
    "POST me/rewards/redeem": { id: CODE, name: "", state: "issued", code: CODE, expires_at: null },
    "POST me/privacy-requests": { id: CODE, kind: "access", state: "open", due_at: after(3) },
  };
}

function points(after: After) {
  const lapsing = [{ points: 120, at: after(30) }];
  return { unit: "points", available: AVAILABLE, pending: 40, debt: 0, lapsing };
}

function offered({ id, name, description, cost }: Config["rewards"][number]) {
  const missing = Math.max(0, cost - AVAILABLE);
  return { id, name, description, cost, missing, affordable: !missing, obstacle: null };
}

function standing({ tiers, currency }: Config, after: After): object | null {
  const [first, next] = tiers;
  if (!first) return null;
  const goal = Number(next?.threshold ?? 0);
  return {
    tier: first,
    basis: first.basis,
    progress: String(goal * 0.6),
    next_tier: next ?? null,
    missing: next ? String(goal * 0.4) : null,
    currency,
    kept_until: after(200),
  };
}

function play({ badges }: Config, after: After): object {
  return {
    badges: badges.map(({ key, name }, place) => ({
      badge: key,
      name,
      phase: "open",
      held: place === 0,
      awarded_at: place === 0 ? after(-12) : null,
      progress: "2",
      target: "5",
    })),
    streak: { rhythm: "month", current: 3, alive_until: after(20) },
  };
}

function entries(after: After): object[] {
  return [
    { id: "2", kind: "earn", cause: "order", amount: 120, occurred_at: after(-3) },
    { id: "1", kind: "earn", cause: "signup", amount: 500, occurred_at: after(-40) },
  ];
}
