import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Page } from "../../ui/page";
import { Failed, Loading } from "../../ui/states";
import { Stopped } from "../earning/stopped";
import { Dot } from "../tiers/dot";
import { Actions } from "./actions";
import { type Badge, badgeQuery, type Drawn, gameQuery, isChallenge, type Report } from "./data";
import { Holders } from "./holders";
import { Phase } from "./phase";
import { useBadgeName, useGoalText, useSpan } from "./words";

const route = getRouteApi("/frame/gamification/$badge");

export function OneBadge() {
  const { badge } = route.useParams();
  const { t } = useTranslation();
  const drawn = useQuery(gameQuery);
  const query = useQuery(badgeQuery(badge));
  if (query.data && drawn.data) return <Known report={query.data} drawn={drawn.data} />;
  const failed = query.isError ? query : drawn.isError ? drawn : null;
  return (
    <Page title={t("nav.gamification")} back="/gamification">
      <Card>
        {failed ? <Failed error={failed.error} onRetry={() => failed.refetch()} /> : <Loading />}
      </Card>
    </Page>
  );
}

function Known({ report, drawn }: { report: Report; drawn: Drawn }) {
  const nameOf = useBadgeName();
  const mayLook = useMay("customers:read");
  const badge = report.badge as Badge;
  return (
    <Page
      title={nameOf(badge)}
      subtitle={
        <span className="flex items-start gap-2">
          <Dot colour={badge.colour} />
          <Phase phase={report.phase} />
        </span>
      }
      back="/gamification"
      actions={<Actions read={drawn} badge={badge} phase={report.phase} />}
    >
      <Stopped part="gamification" />
      <Figures report={report} badge={badge} />
      {mayLook && <Holders badge={badge.key} />}
    </Page>
  );
}

/** What it takes, what it brings, and how many hold it and are on their way. */
function Figures({ report, badge }: { report: Report; badge: Badge }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const goalOf = useGoalText();
  const spanOf = useSpan();
  const description = badge.descriptions[i18n.language] ?? badge.description;
  const figures: [string, string][] = [
    [t("game.goal"), goalOf(badge.goal)],
    ...(badge.points ? [[t("game.reward"), format.amount(badge.points)] as [string, string]] : []),
    [t("game.held"), format.number(report.customers)],
    ...(report.taking_part === null
      ? []
      : [[t("game.takingPart"), format.number(report.taking_part)] as [string, string]]),
  ];
  return (
    <Card>
      {description && <p className="mb-4">{description}</p>}
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        {figures.map(([name, value]) => (
          <div key={name} className="flex flex-col-reverse justify-end">
            <dt className="text-muted">{name}</dt>
            <dd className="text-lg font-bold tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {isChallenge(badge) && <p className="mt-4 text-muted">{spanOf(badge.goal)}</p>}
    </Card>
  );
}
