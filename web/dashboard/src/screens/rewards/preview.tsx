import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Badge } from "../../ui/badge";
import { Card } from "../../ui/card";
import { Select } from "../../ui/field";
import { tiersQuery } from "../tiers/data";
import type { Terms } from "./data";
import type { Draft } from "./examples";
import { useWorth, valueIn } from "./worth";

/** The reward as a customer of one market, reading one language, would see it. */
export function Preview({ draft: { terms, stock } }: { draft: Draft }) {
  const { t } = useTranslation();
  const format = useFormat();
  const worth = useWorth();
  const merchant = useMerchant();
  const [language, setLanguage] = useState("");
  const [chosen, setMarket] = useState("");
  const languages = Object.keys(terms.names);
  const markets = Object.keys({ ...terms.amounts, ...terms.minimum_spend });
  const market = markets.includes(chosen) ? chosen : (merchant?.currency ?? "");
  const conditions = useConditions(terms, market);
  const name = terms.names[language] || terms.name || t("reward.name");
  const description = terms.descriptions[language] || terms.description;
  return (
    <Card title={t("reward.preview")}>
      <div className="rounded-xl bg-sunken p-4 shadow-card">
        <p className="text-lg font-bold break-words">{name}</p>
        <p className="break-words text-muted">{worth(valueIn(terms, market))}</p>
        {description && <p className="mt-2 break-words whitespace-pre-line">{description}</p>}
        <p className="mt-3">
          <Badge tone="good">{format.amount(terms.cost)}</Badge>
        </p>
        {conditions.length > 0 && (
          <ul className="mt-3 flex flex-col gap-0.5 text-xs text-muted">
            {conditions.map((condition) => (
              <li key={condition}>{condition}</li>
            ))}
          </ul>
        )}
        {stock !== null && (
          <p className="mt-2 text-xs text-muted">
            {t("reward.left", { left: format.number(stock), stock: format.number(stock) })}
          </p>
        )}
      </div>
      <div className="mt-3 grid grid-cols-2 gap-3 empty:hidden">
        {languages.length > 0 && (
          <Select
            label={t("settings.language")}
            value={languages.includes(language) ? language : ""}
            options={[
              ["", nameOf(merchant?.locale ?? "en")],
              ...languages.map((each) => [each, nameOf(each)] as const),
            ]}
            onValue={setLanguage}
          />
        )}
        {markets.length > 1 && (
          <Select
            label={t("settings.currency")}
            value={market}
            options={markets.map((each) => [each, each])}
            onValue={setMarket}
          />
        )}
      </div>
    </Card>
  );
}

function nameOf(language: string): string {
  return LANGUAGES[language as Language] ?? language;
}

function useConditions(terms: Terms, market: string): string[] {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const days = new Intl.NumberFormat(i18n.language, {
    style: "unit",
    unit: "day",
    unitDisplay: "long",
  });
  const ladder = useQuery(tiersQuery).data?.ladder;
  const tiers = terms.tiers.map(
    (key) => ladder?.tiers?.find((tier) => tier.key === key)?.name ?? key,
  );
  const least = terms.minimum_spend[market];
  return [
    least && t("reward.fromSpend", { money: format.money(least, market) }),
    tiers.length > 0 && t("reward.forTiers", { tiers: tiers.join(", ") }),
    terms.where !== "both" && t(`where.${terms.where}`),
    terms.starts_at && `${t("reward.starts")}: ${format.instant(terms.starts_at)}`,
    terms.ends_at && `${t("reward.ends")}: ${format.instant(terms.ends_at)}`,
    terms.valid_days && t("reward.goodFor", { days: days.format(terms.valid_days) }),
  ].filter((each): each is string => Boolean(each));
}
