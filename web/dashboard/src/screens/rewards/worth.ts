import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import type { Reward, Terms } from "./data";

/** What a code is worth, as the server tells it: kind, amount and currency, percent or product. */
type Value = Record<string, string | undefined>;

export function useWorth(): (value: Value) => string {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const percent = new Intl.NumberFormat(i18n.language, {
    style: "percent",
    maximumFractionDigits: 2,
  });
  return ({ kind, amount, currency, percent: share, product }) => {
    const name = t(`rewardKind.${kind}`);
    if (kind === "percent_off" && share) {
      return t("reward.off", { amount: percent.format(Number(share) / 100) });
    }
    if (amount) {
      const money = format.money(amount, currency ?? null);
      return kind === "amount_off" ? t("reward.off", { amount: money }) : `${name}: ${money}`;
    }
    return product ? `${name}: ${product}` : name;
  };
}

/** What a reward is worth in a currency, or in its first one. */
export function valueIn(terms: Terms, currency: string | undefined): Value {
  const known = Object.keys(terms.amounts);
  const chosen = currency && known.includes(currency) ? currency : known[0];
  return {
    kind: terms.kind,
    ...(chosen ? { amount: terms.amounts[chosen], currency: chosen } : {}),
    ...(terms.percent ? { percent: terms.percent } : {}),
    ...(terms.product ? { product: terms.product } : {}),
  };
}

/** A reward's name in the reader's language. */
export function useRewardName(): (reward: Pick<Reward, "terms">) => string {
  const { i18n } = useTranslation();
  return ({ terms }) => terms.names?.[i18n.language] ?? terms.name;
}
