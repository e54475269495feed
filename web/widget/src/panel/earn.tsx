import type { Earning } from "../types";
import type { Words } from "../words";
import { Card, type Pair, Pairs } from "./panel";
import { useWithin } from "./within";

export function Earn() {
  return (
    <Card>
      <Pairs of={earnings()} />
    </Card>
  );
}

/** What earns, and how much. */
export function earnings(): Pair[] {
  const { it, words } = useWithin();
  const { earn, currency, referral } = it.config;
  const bring = referral.enabled && words.gift(referral.you_get);
  const pairs = earn.map((each) => earning(words, each, currency));
  if (bring) pairs.push([words.say("for_referral"), bring]);
  return pairs;
}

function earning(
  words: Words,
  { action, points, per, otherwise }: Earning,
  currency: string,
): Pair {
  if (points !== undefined) {
    return [words.say(`for_${action}`) || action.replaceAll("_", " "), words.amount(points)];
  }
  const [whole, money] = ratio(per?.[currency] ?? otherwise ?? "");
  return [words.say("for_purchase", { money: words.money(money, currency) }), words.amount(whole)];
}

/** A rate without fractions: 0.05 is one point for twenty. */
function ratio(rate: string): [number, number] {
  const places = 10 ** (rate.split(".")[1] ?? "").length;
  const points = Math.round(Number(rate) * places);
  const shared = divisor(points, places);
  return [points / shared, places / shared];
}

const divisor = (one: number, other: number): number => (other ? divisor(other, one % other) : one);
