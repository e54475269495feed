import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type UnitNames, useMerchant, useUnits } from "../api/program";
import type { Language } from "./languages";

/** Numbers, money and instants as this reader writes them, at the merchant's place and time. */
export interface Format {
  number: (value: number) => string;
  /** With its sign, also above zero. */
  change: (value: number) => string;
  money: (amount: string | number, currency: string | null) => string;
  /** A difference of money, with its sign. */
  moneyChange: (amount: number, currency: string | null) => string;
  percent: (share: string | number) => string;
  date: (instant: string) => string;
  instant: (instant: string) => string;
  month: (date: string) => string;
  ago: (instant: string) => string;
  /** An amount with the unit's name: "120 points". */
  amount: (value: number, unit?: string) => string;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function useFormat(): Format {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const merchant = useMerchant();
  const units = useUnits();
  const zone = merchant?.time_zone;
  return useMemo(
    () => formatIn(t, language, zone, merchant?.currency, units),
    [t, language, zone, merchant?.currency, units],
  );
}

function formatIn(
  t: TFunction,
  language: Language,
  timeZone: string | undefined,
  home: string | undefined,
  units: UnitNames,
): Format {
  const locale = regional(language);
  const number = new Intl.NumberFormat(locale);
  const signed = new Intl.NumberFormat(locale, { signDisplay: "exceptZero" });
  const shares = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone });
  const instants = new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone,
  });
  const months = new Intl.DateTimeFormat(locale, {
    month: "short",
    year: "2-digit",
    timeZone: "UTC",
  });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const money = (currency: string | null, signDisplay: "auto" | "exceptZero") =>
    new Intl.NumberFormat(locale, {
      style: "currency",
      currencyDisplay: "narrowSymbol",
      currency: currency ?? home ?? "USD",
      signDisplay,
    });
  const format: Format = {
    number: (value) => number.format(value),
    change: (value) => signed.format(value),
    money: (amount, currency) => money(currency, "auto").format(Number(amount)),
    moneyChange: (amount, currency) => money(currency, "exceptZero").format(amount),
    percent: (share) => shares.format(Number(share)),
    date: (instant) => dates.format(new Date(instant)),
    instant: (instant) => instants.format(new Date(instant)),
    month: (date) => months.format(new Date(date)),
    ago: (instant) => {
      const seconds = (Date.parse(instant) - Date.now()) / 1000;
      if (Math.abs(seconds) > 7 * 86_400) return dates.format(new Date(instant));
      const step = STEPS.find(([, length]) => Math.abs(seconds) >= length);
      return step
        ? relative.format(Math.trunc(seconds / step[1]), step[0])
        : relative.format(0, "minute");
    },
    amount: (value, unit = "points") => {
      const names = units[unit]?.[language] ?? renamed(units[unit]?.en);
      const shown = number.format(value);
      if (!names) return unit === "points" ? t("unit.points", { count: value, shown }) : shown;
      const one = new Intl.PluralRules(language).select(value) === "one";
      return `${shown} ${names[one ? 0 : 1]}`;
    },
  };
  return format;
}

/** The name a merchant gave a unit; what every program begins with is in our catalogues. */
function renamed(names: string[] | undefined): string[] | undefined {
  return names?.[1] === "points" ? undefined : names;
}

/** The reader's own variety of a language: dates in British English differ from American ones. */
function regional(language: Language): string {
  const wanted = language.toLowerCase();
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(`${wanted}-`)) ?? language;
}
