import { useTranslation } from "react-i18next";

/** So many days in the reader's words: "7 days". */
export function useDays(): (days: number) => string {
  const { i18n } = useTranslation();
  const words = new Intl.NumberFormat(i18n.language, {
    style: "unit",
    unit: "day",
    unitDisplay: "long",
    maximumFractionDigits: 0,
  });
  return (days) => words.format(Math.max(1, days));
}
