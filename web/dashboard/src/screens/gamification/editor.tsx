import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useBlocker, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../../api/client";
import { useMerchant } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { tell } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading, Refused } from "../../ui/states";
import { type Badge, type Drawn, gameQuery, isChallenge, useSaveGame, withBadge } from "./data";
import { badgeOf, type Draft, draftOf, emptyDraft } from "./draft";
import { Name, Time, What } from "./fields";
import { useGoalText, useSpan } from "./words";

const newRoute = getRouteApi("/frame/gamification/new");
const editRoute = getRouteApi("/frame/gamification/$badge/edit");

export function NewBadge() {
  const { t } = useTranslation();
  const { challenge = false } = newRoute.useSearch();
  return <Known title={t(challenge ? "game.newChallenge" : "game.new")} challenge={challenge} />;
}

export function EditBadge() {
  const { t } = useTranslation();
  const { badge } = editRoute.useParams();
  return <Known key={badge} title={t("campaign.edit")} badge={badge} />;
}

interface Asked {
  title: string;
  challenge?: boolean;
  /** The key of the one that is changed. */
  badge?: string;
}

function Known({ title, challenge = false, badge }: Asked) {
  const { t } = useTranslation();
  const zone = useMerchant()?.time_zone;
  const query = useQuery(gameQuery);
  const before = query.data?.game.badges.find((each) => each.key === badge);
  const begin = zone && (before ? draftOf(before, zone) : emptyDraft(challenge, zone));
  return (
    <Page title={title} subtitle={before?.name} back="/gamification">
      {query.data && zone && begin && (before || !badge) ? (
        <Form drawn={query.data} zone={zone} begin={begin} {...(before ? { before } : {})} />
      ) : (
        <Card>
          {query.isError ? (
            <Failed error={query.error} onRetry={() => query.refetch()} />
          ) : query.data && zone ? (
            <Empty title={t("state.notFound")} />
          ) : (
            <Loading lines={6} />
          )}
        </Card>
      )}
    </Page>
  );
}

interface FormProps {
  drawn: Drawn;
  zone: string;
  begin: Draft;
  before?: Badge;
}

function Form(asked: FormProps) {
  // What somebody else saves meanwhile is a conflict to be told, not a draft to be lost.
  const [{ drawn, zone, begin, before }] = useState(asked);
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(begin);
  const saving = useSaveGame();
  const changed = JSON.stringify(draft) !== JSON.stringify(begin);
  useBlocker({
    shouldBlockFn: () => !window.confirm(t("earning.leave")),
    disabled: !changed || saving.isPending || saving.isSuccess,
    enableBeforeUnload: changed,
  });
  const taken = new Set(drawn.game.badges.map((each) => each.key));
  const badge = badgeOf(draft, zone, taken, before);
  const game = withBadge(drawn.game, badge);
  const save = () =>
    saving.mutate(
      { read: drawn, game },
      {
        onSuccess: () => {
          tell(t("game.saved"));
          void navigate({ to: "/gamification/$badge", params: { badge: badge.key } });
        },
      },
    );
  const part = {
    draft,
    zone,
    fields: fieldsOf(saving.error, game.badges.indexOf(badge)),
    onChange: (change: Partial<Draft>) => setDraft((held) => ({ ...held, ...change })),
  };
  return (
    <form
      className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[5fr_3fr]"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="flex min-w-0 flex-col gap-4">
        <Name {...part} />
        <What {...part} />
        <Time {...part} />
      </div>
      <div className="flex min-w-0 flex-col gap-4 lg:sticky lg:top-18">
        <Looks badge={badge} />
        <Refused error={saving.error} />
        <Button kind="primary" type="submit" busy={saving.isPending} className="self-end">
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}

/** The badge as customers will know it, with what it takes and brings. */
function Looks({ badge }: { badge: Badge }) {
  const { t } = useTranslation();
  const format = useFormat();
  const goalOf = useGoalText();
  const spanOf = useSpan();
  return (
    <Card title={t("reward.preview")}>
      <output className="flex flex-col items-center gap-1 text-center" aria-live="polite">
        <span
          aria-hidden="true"
          className="mb-1 size-12 rounded-full border-4 border-card shadow-card"
          style={{ backgroundColor: badge.colour }}
        />
        <span className="max-w-full text-base font-semibold break-words">{badge.name || "…"}</span>
        {badge.description && <span className="max-w-full break-words">{badge.description}</span>}
        <span className="text-muted">{goalOf(badge.goal)}</span>
        {isChallenge(badge) && <span className="text-muted">{spanOf(badge.goal)}</span>}
        {badge.points > 0 && (
          <span className="font-medium">
            {t("tier.entryText", { points: format.amount(badge.points) })}
          </span>
        )}
      </output>
    </Card>
  );
}

/** What was wrong with the badge at this place of the game, by the rest of its path. */
function fieldsOf(error: unknown, place: number): Record<string, string> {
  const path = `game.badges.${place}.`;
  const fields = (error && problemOf(error).fields) || {};
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => name.startsWith(path))
      .map(([name, text]) => [name.slice(path.length), text]),
  );
}
