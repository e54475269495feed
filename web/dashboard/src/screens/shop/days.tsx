import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { dayAfter } from "../activity/data";
import type { Metrics } from "./data";

const HIGHEST_REM = 7;

interface Props {
  days: Metrics["days"];
  first: string;
  last: string;
}

/** Visits day by day. The figures are a table for whoever can't see. */
export function Days({ days, first, last }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const known = new Map(days.map((each) => [each.day, each.visits]));
  const most = Math.max(1, ...known.values());
  // Noon: the same date in whichever zone it is written.
  const date = (day: string) => format.date(`${day}T12:00:00Z`);
  return (
    <figure>
      <div aria-hidden="true" className="flex h-28 items-end gap-px overflow-hidden">
        {between(first, last).map((day) => {
          const visits = known.get(day) ?? 0;
          return (
            <div
              key={day}
              title={`${date(day)}: ${format.number(visits)}`}
              className="flex h-full min-w-0 flex-1 items-end"
            >
              <div
                className={`w-full rounded-t ${visits ? "bg-accent" : "bg-line"}`}
                style={{ height: visits ? `${(visits / most) * HIGHEST_REM}rem` : "1px" }}
              />
            </div>
          );
        })}
      </div>
      <div aria-hidden="true" className="mt-1 flex justify-between text-xs text-muted">
        <span>{date(first)}</span>
        <span>{date(last)}</span>
      </div>
      <div className="sr-only">
        <table>
          <caption>{t("shop.byDay")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("order.when")}</th>
              <th scope="col">{t("shop.visits")}</th>
              <th scope="col">{t("shop.rewards")}</th>
            </tr>
          </thead>
          <tbody>
            {days.map((each) => (
              <tr key={each.day}>
                <th scope="row">{date(each.day)}</th>
                <td>{format.number(each.visits)}</td>
                <td>{format.number(each.rewards_given)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function between(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = first; day <= last; day = dayAfter(day)) days.push(day);
  return days;
}
