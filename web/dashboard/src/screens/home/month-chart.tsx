import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useFormat } from "../../i18n/format";

const HIGHEST_REM = 9;

/** Issued and spent side by side, month by month. The figures are a table for whoever can't see. */
export function MonthChart({ months }: { months: Schemas["MonthView"][] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const most = Math.max(1, ...months.flatMap((each) => [each.issued, Math.abs(each.redeemed)]));
  const height = (value: number) => `${(Math.abs(value) / most) * HIGHEST_REM}rem`;
  return (
    <figure>
      <div aria-hidden="true" className="flex items-end justify-around gap-1 pt-5">
        {months.map((each) => (
          <div key={each.month} className="flex min-w-0 flex-1 flex-col items-center gap-1">
            <div className="flex items-end gap-1">
              <Bar
                height={height(each.issued)}
                tint="bg-accent"
                title={format.number(each.issued)}
              />
              <Bar
                height={height(each.redeemed)}
                tint="bg-line-strong"
                title={format.number(Math.abs(each.redeemed))}
              />
            </div>
            <span className="truncate text-xs text-muted">{format.month(each.month)}</span>
          </div>
        ))}
      </div>
      <figcaption aria-hidden="true" className="mt-3 flex flex-wrap gap-4 text-xs text-muted">
        <Key tint="bg-accent">{t("home.issued")}</Key>
        <Key tint="bg-line-strong">{t("home.redeemed")}</Key>
      </figcaption>
      <div className="sr-only">
        <table>
          <caption>{t("home.byMonth")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("home.month")}</th>
              <th scope="col">{t("home.issued")}</th>
              <th scope="col">{t("home.redeemed")}</th>
            </tr>
          </thead>
          <tbody>
            {months.map((each) => (
              <tr key={each.month}>
                <th scope="row">{format.month(each.month)}</th>
                <td>{format.number(each.issued)}</td>
                <td>{format.number(Math.abs(each.redeemed))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function Bar({ height, tint, title }: { height: string; tint: string; title: string }) {
  return (
    <div title={title} style={{ height }} className={`min-h-0.5 w-3 rounded-t sm:w-6 ${tint}`} />
  );
}

function Key({ tint, children }: { tint: string; children: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className={`size-2.5 rounded-sm ${tint}`} />
      {children}
    </span>
  );
}
