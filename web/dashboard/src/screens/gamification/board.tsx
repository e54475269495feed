import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Empty, Failed, Loading } from "../../ui/states";
import { Table } from "../../ui/table";
import { useMeasure } from "../tiers/data";
import { boardQuery, gameQuery } from "./data";

const route = getRouteApi("/frame/gamification");

/** Who leads, by the names that were made for them: whose they are stays theirs. */
export function Leaderboard() {
  const { t } = useTranslation();
  const drawn = useQuery(gameQuery);
  if (drawn.isPending) return <Loading />;
  if (drawn.isError) return <Failed error={drawn.error} onRetry={() => drawn.refetch()} />;
  const { leaderboard } = drawn.data.game;
  if (!leaderboard) return <Empty title={t("game.noBoard")} text={t("game.boardText")} />;
  return <Ranks anew={leaderboard.span !== "all_time"} />;
}

function Ranks({ anew }: { anew: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const measured = useMeasure();
  const { which = "current" } = route.useSearch();
  const query = useQuery(boardQuery(which));
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failed error={query.error} onRetry={() => query.refetch()} />;
  const { items, measure, since } = query.data;
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-3">
        <p className="text-muted">{since && t("switches.since", { date: format.date(since) })}</p>
        {anew && (
          <Link
            to="/gamification"
            search={{ view: "leaderboard", ...(which === "current" ? { which: "previous" } : {}) }}
            className="font-medium text-accent hover:underline"
          >
            {t(which === "current" ? "game.previous" : "game.current")}
          </Link>
        )}
      </div>
      {items.length === 0 ? (
        <Empty title={t("game.nobodyRanked")} text={t("game.boardText")} />
      ) : (
        <Table
          label={t("game.board")}
          rows={items}
          keyOf={({ pseudonym }) => pseudonym}
          columns={[
            { title: t("game.rank"), cell: ({ rank }) => format.number(rank) },
            {
              title: t("customer.name"),
              cell: ({ pseudonym }) => (
                <bdi lang="en" className="font-medium">
                  {pseudonym}
                </bdi>
              ),
            },
            {
              title: t("game.score"),
              end: true,
              cell: ({ score }) => measured(measure, score),
            },
          ]}
        />
      )}
    </>
  );
}
