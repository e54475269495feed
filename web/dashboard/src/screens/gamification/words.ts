import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { useMeasure } from "../tiers/data";
import type { Badge, Goal } from "./data";

/** What earns a badge, in a few words: "5 orders", "£100.00 spent", "3 weeks in a row". */
export function useGoalText(): (goal: Goal | null) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const measured = useMeasure();
  return (goal) => {
    if (!goal) return t("game.byHand");
    const count = Number(goal.target);
    const shown = format.number(count);
    switch (goal.measure) {
      case "orders":
        return measured("orders", count);
      case "spend":
        return t("game.spend", { money: measured("spend", count) });
      case "points":
        return t("game.earn", { points: measured("points", count) });
      case "weeks_in_a_row":
        return t("game.weeks", { count, shown });
      case "months_in_a_row":
        return t("game.months", { count, shown });
    }
  };
}

/** From when to when a challenge runs; a side that is open is left out. */
export function useSpan(): (goal: Goal | null) => string {
  const format = useFormat();
  return (goal) =>
    [goal?.starts_at, goal?.ends_at]
      .map((instant) => (instant ? format.date(instant) : "…"))
      .join(" – ");
}

export function useBadgeName(): (badge: Pick<Badge, "name" | "names">) => string {
  const { i18n } = useTranslation();
  return ({ name, names }) => names[i18n.language] ?? name;
}
