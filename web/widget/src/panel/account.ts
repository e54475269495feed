import type { Session } from "../session";
import type { Config, Gift, Nudge } from "../types";

export interface Offer {
  id: string;
  name: string;
  description: string;
  cost: number;
  affordable: boolean;
  missing: number;
  obstacle: string | null;
}

export interface Redemption {
  id: string;
  name: string;
  state: string;
  code: string;
  expires_at: string | null;
}

export interface Referral {
  enabled: boolean;
  referral_code: string | null;
  link: string | null;
  you_get: Gift;
  friend_gets: Gift;
  progress: { pending: number; completed: number; next_due_at: string | null };
}

export interface Play {
  badges: {
    badge: string;
    name: string;
    phase: string;
    held: boolean;
    awarded_at: string | null;
    progress: string | null;
    target: string | null;
  }[];
  streak: { rhythm: "week" | "month"; current: number; alive_until: string | null };
}

export interface Standing {
  tier: { name: string; perks: string[] } | null;
  basis: "spend" | "points" | "orders";
  progress: string;
  next_tier: { name: string } | null;
  missing: string | null;
  currency: string | null;
  kept_until: string | null;
}

export interface Own {
  accounts: {
    unit: string;
    available: number;
    pending: number;
    debt: number;
    lapsing: { points: number; at: string }[];
  }[];
  tier: Standing | null;
}

/** What a tier brings besides points, and what is said to it alone. */
export interface Perks {
  perks: { id: string; name: string; text: string | null; open: boolean; link: string | null }[];
  nudges: Nudge[];
}

/** What a member has. What could not be had besides the balance is left out of the panel. */
export interface Account {
  own: Own;
  offers: Offer[];
  codes: Redemption[];
  referral: Referral | undefined;
  play: Play | undefined;
  perks: Perks | undefined;
}

interface Items<Item> {
  items: Item[];
}

/** Everything that the first screen shows, asked for at once; null for a guest. Raises Refused. */
export async function accountOf(session: Session, config: Config): Promise<Account | null> {
  if (!(await session.member())) return null;
  const optional = <T>(path: string) => session.ask<T>(path).catch(() => undefined);
  const [own, offers, codes, referral, play, perks] = await Promise.all([
    session.ask<Own>(`me?currency=${config.currency}`),
    optional<Items<Offer>>(`me/rewards?currency=${config.currency}`),
    optional<Items<Redemption>>("me/redemptions?state=issued"),
    optional<Referral>("me/referral"),
    optional<Play>("me/badges"),
    optional<Perks>("me/perks"),
  ]);
  return { own, offers: offers?.items ?? [], codes: codes?.items ?? [], referral, play, perks };
}
