import type { Config } from "./types";

const ROUNDED = { down: Math.floor, nearest: Math.round, up: Math.ceil };

/**
 * What spending an amount earns, before tiers and campaigns multiply it; null where nothing is
 * earned by buying.
 */
export function pointsFor({ earn }: Config, spent: string, currency: string): number | null {
  const rule = earn.find((each) => each.action === "purchase");
  const rate = rule?.per?.[currency] ?? rule?.otherwise;
  const exact = Number(spent) * Number(rate);
  if (!rule || !rate || !(exact >= 0)) return null;
  // Binary fractions put 10.00 × 1.1 just above 11: what is beyond a millionth is theirs.
  return ROUNDED[rule.rounding ?? "down"](Number(exact.toFixed(6)));
}
