import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { buttonClass } from "../../ui/button";
import { Card } from "../../ui/card";
import { Switch } from "../../ui/field";
import { Empty, Failed, Loading } from "../../ui/states";
import { type Column, Table } from "../../ui/table";
import { Tabs } from "../../ui/tabs";
import { Stopped } from "../earning/stopped";
import { type Nudge, nudgesQuery } from "./data";
import { useDecide } from "./deciding";
import { OnSite } from "./frame";
import type { Shown } from "./routes";
import { StandingBadge } from "./standing";
import { type Figures, useFigures } from "./usage";

const route = getRouteApi("/frame/on-site/nudges");
const TABS: [Shown | undefined, string][] = [
  [undefined, "order.all"],
  ["active", "switches.on"],
  ["draft", "phase.draft"],
  ["paused", "phase.paused"],
  ["archived", "phase.archived"],
];

/** What speaks up by itself on the shop's pages, and what comes of it. */
export function Nudges() {
  const { t } = useTranslation();
  const { state } = route.useSearch();
  const mayWrite = useMay("program:write");
  const query = useQuery(nudgesQuery(state));
  const shown = query.data?.items.filter((it) => state || it.state !== "archived") ?? [];
  const add = (
    <Link to="/on-site/nudges/new" className={buttonClass("primary")}>
      {t("site.new")}
    </Link>
  );
  return (
    <OnSite actions={mayWrite && add}>
      <Stopped part="nudges" />
      <Card flush>
        <Tabs
          label={t("site.nudges")}
          tabs={TABS.map(([which, title]) => ({
            title: t(title),
            link: { to: "/on-site/nudges", search: which ? { state: which } : {} } as const,
            current: state === which,
          }))}
        />
        {query.isPending ? (
          <Loading />
        ) : query.isError ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : shown.length > 0 ? (
          <List nudges={shown} />
        ) : state ? (
          <Empty title={t("site.noneHere")} />
        ) : (
          <Empty title={t("site.none")} text={t("site.noneText")} />
        )}
      </Card>
    </OnSite>
  );
}

function List({ nudges }: { nudges: Nudge[] }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const figures = useFigures();
  const deciding = useDecide();
  return (
    <>
      <Table
        label={t("site.nudges")}
        rows={nudges}
        keyOf={(nudge) => nudge.id}
        columns={[
          {
            title: t("customer.name"),
            cell: ({ id, terms }) => (
              <span className="flex flex-col items-start gap-0.5">
                <Link
                  to="/on-site/nudges/$nudgeId"
                  params={{ nudgeId: id }}
                  className="font-medium break-words hover:underline"
                >
                  {terms.name}
                </Link>
                <span className="text-muted">{t(`siteKind.${terms.kind}`)}</span>
              </span>
            ),
          },
          { title: t("order.state"), cell: (nudge) => <StandingBadge of={nudge} /> },
          ...useCounted(figures),
          {
            title: t("switches.on"),
            end: true,
            cell: (nudge) => (
              <span className="inline-flex">
                <Switch
                  bare
                  label={t("site.switch", { name: nudge.terms.name })}
                  on={nudge.state === "active"}
                  disabled={!mayWrite || deciding.isPending || nudge.state === "archived"}
                  onChange={(on) => deciding.mutate({ it: nudge, state: on ? "active" : "paused" })}
                />
              </span>
            ),
          },
        ]}
      />
      <p className="border-t border-line px-4 py-3 text-xs text-muted">{t("site.counted")}</p>
    </>
  );
}

/** How often each was seen, clicked and closed; a dash where nobody has told. */
function useCounted(figures: Figures): Column<Nudge>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = [
    ["views", "site.views"],
    ["clicks", "site.clicks"],
    ["dismissals", "site.closed"],
  ] as const;
  return columns.map(([figure, title]) => ({
    title: t(title),
    end: true,
    wide: true,
    cell: ({ id }) => {
      const found = figures.get(`nudge:${id}`);
      return found ? format.number(found[figure]) : "–";
    },
  }));
}
