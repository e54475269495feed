import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import type { Interval } from "./data";
import type { GoalName } from "./draft";

const LETTERS = "ABCDE";

/** What is seen and clicked, and the shares of it, in the reader's words. */
export function useWords() {
  const { t } = useTranslation();
  const format = useFormat();
  return {
    element: (name: string): string =>
      name.startsWith("nudge:") ? t("element.nudge") : t(`element.${name}`),
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
