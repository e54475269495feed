import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import type { Metrics } from "./data";

/** A Monday, for the names of the days. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const NAMES_REM = 3;
const HOUR_REM = 1.5;
const WEEK = [1, 2, 3, 4, 5, 6, 7];

/** When guests come: a table whose cells are the darker the more came. */
export function Hours({ hours }: { hours: Metrics["hours"] }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const label = t("shop.byHour");
  const known = new Map(hours.map((it) => [`${it.weekday}.${it.hour}`, it.visits]));
  const most = Math.max(1, ...known.values());
  const shown = span(hours.map((it) => it.hour));
  const named = (style: "short" | "long") => {
    const names = new Intl.DateTimeFormat(i18n.language, { weekday: style, timeZone: "UTC" });
    return (weekday: number) => names.format(MONDAY + (weekday - 1) * DAY_MS);
  };
  const [short, long] = [named("short"), named("long")];
  const clock = new Intl.DateTimeFormat(i18n.language, { hour: "numeric", timeZone: "UTC" });
  const o_clock = (hour: number) => clock.format(hour * 3_600_000);
  return (
    <>
      {/* Wider than a phone where a shop is open all day: it scrolls by itself, also by keyboard, and
          holds what only readers of the screen meet. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className="relative -mx-4 overflow-x-auto px-4" tabIndex={0} aria-label={label}>
        <table
          className="w-full table-fixed border-separate border-spacing-0.5 text-xs"
          style={{ minWidth: `${NAMES_REM + shown.length * HOUR_REM}rem` }}
        >
          <caption className="sr-only">{label}</caption>
          <thead>
            <tr>
              <th scope="col" className="w-12">
                <span className="sr-only">{t("shop.weekday")}</span>
              </th>
              {shown.map((hour) => (
                <th key={hour} scope="col" className="min-w-6 font-normal text-muted">
                  <span aria-hidden="true">{format.number(hour)}</span>
                  <span className="sr-only">{o_clock(hour)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {WEEK.map((weekday) => (
              <tr key={weekday}>
                <th scope="row" className="text-start font-normal text-muted">
                  <span aria-hidden="true">{short(weekday)}</span>
                  <span className="sr-only">{long(weekday)}</span>
                </th>
                {shown.map((hour) => {
                  const visits = known.get(`${weekday}.${hour}`) ?? 0;
                  const title = `${long(weekday)}, ${o_clock(hour)}: ${format.number(visits)}`;
                  return (
                    <td key={hour} title={title} className="relative h-8 rounded bg-sunken p-0">
                      <span
                        aria-hidden="true"
                        className="absolute inset-0 rounded bg-accent"
                        style={{ opacity: visits ? 0.12 + 0.88 * (visits / most) : 0 }}
                      />
                      <span className="sr-only">{format.number(visits)}</span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="mt-2 text-xs text-muted">{t("shop.byHourText")}</p>
    </>
  );
}

/** From the first hour of any day to the last one; never fewer than a working day's. */
function span(hours: number[]): number[] {
  const first = Math.min(8, ...hours);
  const last = Math.max(18, ...hours);
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}
