import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { type Interval, nudgesQuery } from "./data";
import type { GoalName } from "./draft";

const LETTERS = "ABCDE";

/** What is seen and clicked, and the shares of it, in the reader's words. */
export function useWords() {
  const { t } = useTranslation();
  const format = useFormat();
  const nudges = useQuery(nudgesQuery).data?.items ?? [];
  return {
    element: (name: string): string => {
      const [kind, id] = name.split(":");
      const known = nudges.find((each) => each.id === id);
      return known?.terms.name ?? t(`element.${kind}`);
    },
    goal: (name: GoalName): string =>
      name === "click" || name === "order" || name === "redemption"
        ? t(`experimentGoal.${name}`)
        : t(`element.${name}`),
    variant: (place: number): string =>
      t("experiment.variant", { letter: LETTERS[place] ?? String(place + 1) }),
    between: ({ low, high }: Interval): string =>
      t("experiment.between", { low: format.percent(low), high: format.percent(high) }),
    /** A difference of shares, in percentage points, with its sign. */
    points: (difference: number): string => format.change(Math.round(difference * 1000) / 10),
  };
}
