import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Failed, Loading } from "../../ui/states";
import { Dot } from "../tiers/dot";
import { type Badge, gameQuery, playerQuery } from "./data";
import { Give } from "./give";
import { useBadgeName } from "./words";

type Progress = Schemas["PlayerView"]["badges"][number];

/** A customer's badges, how far the others are, and their streak. */
export function BadgesOf({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const game = useQuery({ ...gameQuery, enabled: useMay("program:read") }).data?.game;
  const plays = Boolean(game?.enabled && game.badges.length);
  const query = useQuery({ ...playerQuery(customerId), enabled: plays });
  const mayGive = useMay("customers:write");
  const [giving, setGiving] = useState(false);
  if (!game || !plays) return null;
  const held = new Set(query.data?.badges.filter((each) => each.held).map((each) => each.badge));
  const left = game.badges.filter((badge) => !badge.archived && !held.has(badge.key));
  return (
    <Card
      title={t("game.badges")}
      actions={
        mayGive &&
        query.data &&
        left.length > 0 && (
          <Button kind="link" onClick={() => setGiving(true)}>
            {t("game.give")}
          </Button>
        )
      }
    >
      {query.isPending && <Loading lines={2} />}
      {query.isError && <Failed error={query.error} onRetry={() => query.refetch()} />}
      {query.data && (
        <>
          <ul className="flex flex-col gap-2">
            {query.data.badges
              .filter((each) => each.held || each.phase === "open")
              .map((each) => (
                <One
                  key={each.badge}
                  progress={each}
                  badge={game.badges.find(({ key }) => key === each.badge)}
                />
              ))}
          </ul>
          <StreakLine streak={query.data.streak} />
        </>
      )}
      {giving && <Give customerId={customerId} badges={left} onClose={() => setGiving(false)} />}
    </Card>
  );
}

function One({ progress, badge }: { progress: Progress; badge: Badge | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useBadgeName();
  const shown = (value: string | null) =>
    badge?.goal?.measure === "spend"
      ? format.money(value ?? 0, null)
      : format.number(Number(value ?? 0));
  return (
    <li className="flex items-start gap-2">
      <span className={`flex ${progress.held ? "" : "opacity-40"}`}>
        <Dot colour={badge?.colour ?? "#8a8a8a"} />
      </span>
      <span className="min-w-0">
        <Link
          to="/gamification/$badge"
          params={{ badge: progress.badge }}
          className="font-medium break-words hover:underline"
        >
          {badge ? nameOf(badge) : progress.name}
        </Link>
        <span className="block text-muted">
          {progress.held
            ? progress.awarded_at && t("switches.since", { date: format.date(progress.awarded_at) })
            : t("campaign.usedOf", {
                used: shown(progress.progress),
                budget: shown(progress.target),
              })}
        </span>
      </span>
    </li>
  );
}

function StreakLine({ streak }: { streak: Schemas["StreakView"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { current: count, rhythm } = streak;
  if (count === 0) return null;
  const shown = format.number(count);
  const said =
    rhythm === "week" ? t("game.weeks", { count, shown }) : t("game.months", { count, shown });
  return <p className="mt-3 border-t border-line pt-3">{`${t("game.streak")}: ${said}`}</p>;
}
