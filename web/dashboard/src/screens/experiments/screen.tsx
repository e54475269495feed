import { useInfiniteQuery } from "@tanstack/react-query";
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
import { type Experiment, experimentsQuery } from "./data";
import { State } from "./state";
import { Usage } from "./usage";
import { useWords } from "./words";

const route = getRouteApi("/frame/experiments");

export function Experiments() {
  const { t } = useTranslation();
  const { view } = route.useSearch();
  const mayWrite = useMay("program:write");
  return (
    <Page
      title={t("nav.experiments")}
      actions={
        mayWrite &&
        !view && (
          <Link to="/experiments/new" className={buttonClass("primary")}>
            {t("experiment.new")}
          </Link>
        )
      }
    >
      <Card flush>
        <Tabs
          label={t("nav.experiments")}
          tabs={[
            { title: t("nav.experiments"), link: { to: "/experiments" }, current: !view },
            {
              title: t("experiment.usage"),
              link: { to: "/experiments", search: { view: "usage" } },
              current: view === "usage",
            },
          ]}
        />
        {view ? <Usage /> : <All />}
      </Card>
    </Page>
  );
}

function All() {
  const { t } = useTranslation();
  const query = useInfiniteQuery(experimentsQuery);
  return (
    <Listing
      query={query}
      empty={<Empty title={t("experiment.none")} text={t("experiment.noneText")} />}
    >
      {(experiments) => <Rows experiments={experiments} />}
    </Listing>
  );
}

function Rows({ experiments }: { experiments: Experiment[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  return (
    <Table
      label={t("nav.experiments")}
      rows={experiments}
      keyOf={(each) => each.id}
      columns={[
        {
          title: t("customer.name"),
          cell: (each) => (
            <span className="flex flex-col items-start gap-1">
              <Link
                to="/experiments/$experimentId"
                params={{ experimentId: each.id }}
                className="font-medium break-words hover:underline"
              >
                {each.design.name}
              </Link>
              <span className="text-muted">{words.element(each.design.subject)}</span>
            </span>
          ),
        },
        { title: t("order.state"), cell: (each) => <State state={each.state} /> },
        {
          title: t("order.when"),
          wide: true,
          cell: (each) => (
            <span className="text-muted">
              {each.started_at ? format.date(each.started_at) : "—"}
              {each.ended_at && ` – ${format.date(each.ended_at)}`}
            </span>
          ),
        },
        {
          title: t("experiment.visitorsNeeded"),
          end: true,
          wide: true,
          cell: (each) => {
            const needed = Object.values(each.needed).reduce((sum, count) => sum + count, 0);
            return needed ? format.number(needed) : "—";
          },
        },
      ]}
    />
  );
}
