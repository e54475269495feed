import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Select } from "../../ui/field";
import { Empty, Failed, Loading } from "../../ui/states";
import { Table } from "../../ui/table";
import { type Uses, usageQuery } from "./data";
import { Days } from "./days";
import { useWords } from "./words";

const route = getRouteApi("/frame/experiments");
const RANGES = [30, 90, 365] as const;

/** How what is on the shop's pages is used: by element, and one of them day by day. */
export function Usage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { days = RANGES[0], element } = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(usageQuery(days));
  const elements = query.data?.elements ?? [];
  const chosen = elements.find((each) => each.element === element) ?? elements[0];
  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-3 p-4">
        <p className="max-w-xl text-muted">{t("experiment.usageText")}</p>
        <div className="w-28">
          <Select
            label={t("earning.days")}
            value={String(days)}
            options={[...new Set([...RANGES, days])].map((each) => [
              String(each),
              format.number(each),
            ])}
            onValue={(wanted) =>
              void navigate({
                to: "/experiments",
                search: { view: "usage", days: Number(wanted), ...(element ? { element } : {}) },
                replace: true,
              })
            }
          />
        </div>
      </div>
      {query.isPending ? (
        <Loading />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : chosen ? (
        <>
          <Elements elements={elements} days={days} target={query.data.click_through_target} />
          <Days uses={chosen} first={query.data.first} last={query.data.last} />
        </>
      ) : (
        <Empty title={t("experiment.noUsage")} />
      )}
    </>
  );
}

interface Props {
  elements: Uses[];
  days: number;
  target: number;
}

function Elements({ elements, days, target }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  return (
    <Table
      label={t("experiment.usage")}
      rows={elements}
      keyOf={(each) => each.element}
      columns={[
        {
          title: t("experiment.element"),
          cell: (each) => (
            <Link
              to="/experiments"
              search={{ view: "usage", days, element: each.element }}
              replace
              className="font-medium break-words hover:underline"
            >
              {words.element(each.element)}
            </Link>
          ),
        },
        { title: t("experiment.views"), end: true, cell: (each) => format.number(each.views) },
        { title: t("experiment.clicks"), end: true, cell: (each) => format.number(each.clicks) },
        {
          title: t("experiment.dismissals"),
          end: true,
          wide: true,
          cell: (each) => format.number(each.dismissals),
        },
        {
          title: t("experiment.done"),
          end: true,
          wide: true,
          cell: (each) => format.number(each.goals),
        },
        {
          title: t("experiment.clickThrough"),
          end: true,
          cell: (each) => <ClickThrough share={each.click_through} target={target} />,
        },
      ]}
    />
  );
}

/** The share of views that led to a click, beside what to aim at. */
function ClickThrough({ share, target }: { share: number | null; target: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (share === null) return "—";
  return (
    <span className="inline-flex flex-col items-end">
      <span className={share >= target ? "font-medium text-good" : ""}>
        {format.percent(share)}
      </span>
      <span className="text-xs text-muted">
        {t("experiment.aim", { target: format.percent(target) })}
      </span>
    </span>
  );
}
