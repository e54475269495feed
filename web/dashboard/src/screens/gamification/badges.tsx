import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Empty, Failed, Loading } from "../../ui/states";
import { Table } from "../../ui/table";
import { Dot } from "../tiers/dot";
import { badgesQuery, isChallenge, type Shown } from "./data";
import { Phase } from "./phase";
import { useBadgeName, useGoalText, useSpan } from "./words";

/** The badges, or those of them that have their time; what is archived is put away. */
export function Badges({ challenges }: { challenges: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(badgesQuery);
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failed error={query.error} onRetry={() => query.refetch()} />;
  const all = query.data.filter(({ badge }) => isChallenge(badge) === challenges);
  const shown = all.filter(({ phase }) => phase !== "archived");
  const archived = all.filter(({ phase }) => phase === "archived");
  return (
    <>
      {shown.length > 0 ? (
        <Rows badges={shown} challenges={challenges} />
      ) : challenges ? (
        <Empty title={t("game.noChallenges")} text={t("game.noChallengesText")} />
      ) : (
        <Empty title={t("game.none")} text={t("game.noneText")} />
      )}
      {archived.length > 0 && (
        <details className="border-t border-line">
          <summary className="px-4 py-3 font-medium text-muted">
            {t("phase.archived")} ({format.number(archived.length)})
          </summary>
          <Rows badges={archived} challenges={challenges} />
        </details>
      )}
    </>
  );
}

function Rows({ badges, challenges }: { badges: Shown[]; challenges: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useBadgeName();
  const goalOf = useGoalText();
  const spanOf = useSpan();
  return (
    <Table
      label={t(challenges ? "game.challenges" : "game.badges")}
      rows={badges}
      keyOf={({ badge }) => badge.key}
      columns={[
        {
          title: t("customer.name"),
          cell: ({ badge }) => (
            <span className="flex items-start gap-2">
              <Dot colour={badge.colour} />
              <span className="flex min-w-0 flex-col gap-0.5">
                <Link
                  to="/gamification/$badge"
                  params={{ badge: badge.key }}
                  className="font-medium break-words hover:underline"
                >
                  {nameOf(badge)}
                </Link>
                <span className="text-muted">{goalOf(badge.goal)}</span>
              </span>
            </span>
          ),
        },
        ...(challenges
          ? [
              {
                title: t("order.when"),
                wide: true,
                cell: ({ badge }: Shown) => (
                  <span className="text-muted">{spanOf(badge.goal)}</span>
                ),
              },
            ]
          : []),
        { title: t("order.state"), cell: ({ phase }) => <Phase phase={phase} /> },
        {
          title: t("game.reward"),
          end: true,
          wide: true,
          cell: ({ badge }) => (badge.points ? format.amount(badge.points) : "—"),
        },
        {
          title: t("game.held"),
          end: true,
          cell: ({ customers }) => format.number(customers),
        },
      ]}
    />
  );
}
