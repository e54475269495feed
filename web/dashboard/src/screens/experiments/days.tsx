import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import type { Uses } from "./data";
import { useWords } from "./words";

const DAY_MS = 86_400_000;
const HIGHEST_REM = 7;

interface Props {
  uses: Uses;
  first: string;
  last: string;
}

/** One element's views and clicks, day by day. The figures are a table for whoever can't see. */
export function Days({ uses, first, last }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const known = new Map(uses.days.map((each) => [each.day, each]));
  const days = daysBetween(first, last);
  const most = Math.max(1, ...uses.days.map((each) => Math.max(each.views, each.clicks)));
  const height = (value: number) => `${(value / most) * HIGHEST_REM}rem`;
  const date = (day: string) => format.date(`${day}T12:00:00Z`);
  return (
    <figure className="border-t border-line p-4">
      <figcaption className="mb-3 font-medium">{words.element(uses.element)}</figcaption>
      <div aria-hidden="true" className="flex h-28 items-end gap-px overflow-hidden">
        {days.map((day) => {
          const { views = 0, clicks = 0 } = known.get(day) ?? {};
          const title = `${date(day)}: ${format.number(views)} / ${format.number(clicks)}`;
          return (
            <div key={day} title={title} className="relative flex h-full min-w-0 flex-1 items-end">
              <div className="w-full rounded-t bg-line-strong" style={{ height: height(views) }} />
              <div
                className="absolute inset-x-0 bottom-0 rounded-t bg-accent"
                style={{ height: height(clicks) }}
              />
            </div>
          );
        })}
      </div>
      <div aria-hidden="true" className="mt-1 flex justify-between text-xs text-muted">
        <span>{date(first)}</span>
        <span>{date(last)}</span>
      </div>
      <p aria-hidden="true" className="mt-2 flex gap-4 text-xs text-muted">
        <Key tint="bg-line-strong">{t("experiment.views")}</Key>
        <Key tint="bg-accent">{t("experiment.clicks")}</Key>
      </p>
      <div className="sr-only">
        <table>
          <caption>{words.element(uses.element)}</caption>
          <thead>
            <tr>
              <th scope="col">{t("order.when")}</th>
              <th scope="col">{t("experiment.views")}</th>
              <th scope="col">{t("experiment.clicks")}</th>
              <th scope="col">{t("experiment.dismissals")}</th>
            </tr>
          </thead>
          <tbody>
            {uses.days.map((each) => (
              <tr key={each.day}>
                <th scope="row">{date(each.day)}</th>
                <td>{format.number(each.views)}</td>
                <td>{format.number(each.clicks)}</td>
                <td>{format.number(each.dismissals)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function daysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += DAY_MS) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}

function Key({ tint, children }: { tint: string; children: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className={`size-2.5 rounded-sm ${tint}`} />
      {children}
    </span>
  );
}
