import type { Tone } from "../../ui/badge";
import type { Reward } from "./data";

export type Standing =
  | "active"
  | "scheduled"
  | "ended"
  | "soldOut"
  | "draft"
  | "paused"
  | "archived";

export const TONES: Record<Standing, Tone> = {
  active: "good",
  scheduled: "warn",
  ended: "plain",
  soldOut: "danger",
  draft: "plain",
  paused: "warn",
  archived: "plain",
};

/** What a merchant has decided about a reward, and what its dates and its stock make of that. */
export function standingOf({ state, terms, stock, taken }: Reward, now = Date.now()): Standing {
  if (state !== "active") return state;
  if (terms.starts_at && Date.parse(terms.starts_at) > now) return "scheduled";
  if (terms.ends_at && Date.parse(terms.ends_at) <= now) return "ended";
  return stock !== null && taken >= stock ? "soldOut" : "active";
}

/** On offer, but a tenth of the stock is left at most: somebody should refill it or take it off. */
export function nearlyGone(reward: Reward): boolean {
  const { stock, taken } = reward;
  if (stock === null || !["active", "soldOut"].includes(standingOf(reward))) return false;
  return stock - taken <= Math.max(1, stock / 10);
}
