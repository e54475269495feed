import { useTranslation } from "react-i18next";
import { type Draft, EMPTY, freshStage } from "./draft";

/** What most shops begin with, named in the reader's language. */
export function useStarts(): Draft[] {
  const { t } = useTranslation();
  const start = (name: string, ...stages: [number, string][]): Draft => ({
    ...EMPTY,
    name,
    stages: stages.map(([count, brings]) => freshStage(count, brings)),
  });
  return [
    start(t("stampCard.coffee"), [5, t("stampCard.freeCoffee")], [10, t("stampCard.freeCake")]),
    start(t("stampCard.barber"), [6, t("stampCard.freeCut")]),
    start(t("stampCard.lunch"), [8, t("stampCard.freeLunch")]),
  ];
}
