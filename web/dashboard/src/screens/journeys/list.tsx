import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { buttonClass } from "../../ui/button";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty } from "../../ui/states";
import { Table } from "../../ui/table";
import { Tabs } from "../../ui/tabs";
import { Choose } from "./begin";
import { type Effect, type Glance, glancesQuery, type Journey, journeysQuery } from "./data";
import { STATES } from "./routes";
import { State, useStateName } from "./state";
import { useSays } from "./words";

const route = getRouteApi("/frame/journeys");

export function Journeys() {
  const { t } = useTranslation();
  const { show } = route.useSearch();
  const nameOf = useStateName();
  const query = useInfiniteQuery(journeysQuery(show));
  const mayWrite = useMay("program:write");
  return (
    <Page
      title={t("nav.journeys")}
      actions={
        mayWrite && (
          <Link to="/journeys/new" className={buttonClass("primary")}>
            {t("journey.new")}
          </Link>
        )
      }
    >
      <Card flush>
        <Tabs
          label={t("nav.journeys")}
          tabs={[undefined, ...STATES].map((state) => ({
            title: state ? nameOf(state) : t("order.all"),
            link: { to: "/journeys", search: state ? { show: state } : {} } as const,
            current: show === state,
          }))}
        />
        <Listing query={query} empty={show ? <Empty title={t("journey.noneHere")} /> : <None />}>
          {(journeys) => <Rows journeys={journeys} />}
        </Listing>
      </Card>
    </Page>
  );
}

function None() {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  return (
    <>
      <Empty title={t("journey.none")} text={t("journey.noneText")} />
      {mayWrite && (
        <div className="px-4 pb-4">
          <Choose />
        </div>
      )}
    </>
  );
}

function Rows({ journeys }: { journeys: Journey[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const says = useSays();
  const started = journeys.filter(({ state }) => state !== "draft").map(({ id }) => id);
  const glances = useQuery(glancesQuery(started)).data;
  const figure = (journey: Journey, of: (glance: Glance) => number) => {
    const glance = glances?.get(journey.id);
    return glance ? format.number(of(glance)) : "—";
  };
  return (
    <Table
      label={t("nav.journeys")}
      rows={journeys}
      keyOf={({ id }) => id}
      columns={[
        {
          title: t("customer.name"),
          cell: ({ id, plan, state }) => (
            <span className="flex flex-col items-start gap-1">
              <Link
                to="/journeys/$journeyId"
                params={{ journeyId: id }}
                className="font-medium break-words hover:underline"
              >
                {plan.name}
              </Link>
              <span className="text-muted">{says.trigger(plan.trigger)}</span>
              <span className="md:hidden">
                <State state={state} />
              </span>
            </span>
          ),
        },
        { title: t("order.state"), wide: true, cell: ({ state }) => <State state={state} /> },
        {
          title: t("journey.underWay"),
          end: true,
          wide: true,
          cell: (journey) => figure(journey, ({ under_way }) => under_way),
        },
        {
          title: t("journey.sent"),
          end: true,
          wide: true,
          cell: (journey) => figure(journey, ({ sent }) => sent),
        },
        {
          title: t("journey.brings"),
          end: true,
          cell: (journey) => <Brings journey={journey} glance={glances?.get(journey.id)} />,
        },
      ]}
    />
  );
}

function Brings({ journey, glance }: { journey: Journey; glance: Glance | undefined }) {
  const { t } = useTranslation();
  const brief = useBrief();
  if (!glance) return <span className="text-muted">—</span>;
  if (journey.plan.holdout === 0) {
    return <span className="text-muted">{t("journey.unmeasured")}</span>;
  }
  return brief(glance.conversion);
}

/** What may be said of a difference, in a word or a figure. */
function useBrief(): (effect: Effect) => React.ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  return ({ says, difference }) => {
    if (says === "too_few") return <span className="text-muted">{t("verdict.too_early")}</span>;
    if (says === "unclear" || difference === null) {
      return <span className="text-muted">{t("journey.unclear")}</span>;
    }
    return (
      <span className={says === "more" ? "font-medium text-good" : "font-medium text-danger"}>
        {t("experiment.points", { points: format.change(Math.round(difference * 1000) / 10) })}
      </span>
    );
  };
}
