import type { Earning } from "../types";
import type { Words } from "../words";
import { Card, useWithin } from "./panel";

export function Earn() {
  return (
    <Card>
      <Earnings />
    </Card>
  );
}

/** What earns, and how much. */
export function Earnings() {
  const { it, words } = useWithin();
  const { earn, currency, referral } = it.config;
  const bring = referral.enabled && words.gift(referral.you_get);
  return (
    <ul class="pairs">
      {earn.map((each) => (
        <li key={each.action}>
          <span>{named(words, each, currency)}</span>
          <b>{words.amount(each.points ?? Number(each.per?.[currency] ?? each.otherwise ?? 0))}</b>
        </li>
      ))}
      {bring && (
        <li>
          <span>{words.say("for_referral")}</span>
          <b>{bring}</b>
        </li>
      )}
    </ul>
  );
}

function named(words: Words, { action }: Earning, currency: string): string {
  if (action === "purchase") return words.say("for_purchase", { money: words.money(1, currency) });
  return words.say(`for_${action}`) || action.replaceAll("_", " ");
}
