import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { type Format, useFormat } from "../../i18n/format";
import { type Effect, type Named, type Rule, useNamed } from "./data";

export const SEGMENTS = [
  "champions",
  "loyal",
  "potential_loyal",
  "new",
  "promising",
  "needs_attention",
  "at_risk",
  "cant_lose",
  "hibernating",
  "lost",
] as const;

const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** The name of a day of the week; 1 is Monday. */
export function weekday(day: number, language: string): string {
  const names = new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" });
  return names.format(MONDAY + (day - 1) * DAY_MS);
}

export function percent(share: number, language: string): string {
  return new Intl.NumberFormat(language, { style: "percent" }).format(share / 100);
}

/** What an effect gives, in a few words: "×2 points", "50 points extra". */
export function useGift(): (effect: Effect) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (effect) => gift(effect, t, format);
}

function gift(effect: Effect, t: TFunction, format: Format): string {
  if (effect.kind === "multiplier") {
    return t("campaignSays.factor", { factor: format.number(Number(effect.factor)) });
  }
  const points = format.amount(effect.points);
  return effect.kind === "bonus" ? t("campaignSays.bonus", { points }) : points;
}

/** What a campaign does, in a sentence that a customer could be told. */
export function useSentence(): (rule: Rule, budget: number | null) => string {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const named = useNamed();
  const words: Words = { t, language: i18n.language, format, named };
  return (rule, budget) => {
    const said = [
      main(rule, words),
      budget && t("campaignSays.budget", { points: format.amount(budget) }),
      rule.holdout && t("campaignSays.holdout", { share: percent(rule.holdout, i18n.language) }),
    ];
    return said.filter(Boolean).join(" ");
  };
}

export interface Words {
  t: TFunction;
  language: string;
  format: Format;
  named: Named;
}

function main(rule: Rule, words: Words): string {
  const { t, language, format } = words;
  const parts = {
    when: when(rule, words),
    who: who(rule.conditions, words),
    orders: orders(rule, words),
  };
  const { effect } = rule;
  const sentence =
    effect.kind === "goal"
      ? t("campaignSays.goal", {
          ...parts,
          points: format.amount(effect.points),
          spend: format.money(effect.spend, null),
        })
      : t("campaignSays.main", { ...parts, what: gift(effect, t, format) });
  return capital(sentence, language);
}

export function capital(sentence: string, language: string): string {
  return sentence.charAt(0).toLocaleUpperCase(language) + sentence.slice(1);
}

function when({ starts_at, ends_at, conditions }: Rule, { t, language, format }: Words): string {
  const start = format.instant(starts_at);
  const span = ends_at
    ? t("campaignSays.between", { start, end: format.instant(ends_at) })
    : t("campaignSays.from", { start });
  const days = [...(conditions.weekdays ?? [])].sort().map((day) => weekday(day, language));
  if (days.length === 0) return span;
  return t("campaignSays.days", { span, days: listed(days, language) });
}

/** Whom conditions are about: "customers of the tier Gold". */
export function who(
  conditions: Pick<Rule["conditions"], "tiers" | "segments">,
  { t, language, named }: Words,
): string {
  const tiers = names(conditions.tiers, named.tiers, language);
  const segments = segmentNames(conditions.segments, t, language);
  if (tiers && segments) return t("campaignSays.whoBoth", { tiers, segments });
  if (tiers) return t("campaignSays.whoTiers", { tiers });
  return segments ? t("campaignSays.whoSegments", { segments }) : t("campaignSays.who");
}

function orders({ conditions }: Rule, { t, language, format, named }: Words): string {
  const least = Number(conditions.minimum_spend ?? 0);
  const money = format.money(least, null);
  const which = conditions.first_order
    ? t(least ? "campaignSays.firstFrom" : "campaignSays.first", { money })
    : t(least ? "campaignSays.ordersFrom" : "campaignSays.orders", { money });
  const stores = names(conditions.stores, named.stores, language);
  const channels = listed(conditions.channels ?? [], language);
  const products = listed(
    [...(conditions.collections ?? []), ...(conditions.products ?? [])],
    language,
  );
  return [
    which,
    stores && t("campaignSays.stores", { stores }),
    channels && t("campaignSays.channels", { channels }),
    products && t("campaignSays.products", { products }),
  ]
    .filter(Boolean)
    .join(", ");
}

export function segmentNames(keys: string[] | undefined, t: TFunction, language: string): string {
  return listed(
    (keys ?? []).map((key) => t(`segment.${key}`, { defaultValue: key })),
    language,
  );
}

const SHOWN = 5;

export function names(
  keys: string[] | undefined,
  known: [string, string][],
  language: string,
): string {
  const nameOf = new Map(known);
  return listed(
    (keys ?? []).map((key) => nameOf.get(key) ?? key),
    language,
  );
}

export function listed(words: readonly string[], language: string): string {
  const shown = words.length > SHOWN ? [...words.slice(0, SHOWN), "…"] : words;
  return new Intl.ListFormat(language, { type: "disjunction" }).format(shown);
}
