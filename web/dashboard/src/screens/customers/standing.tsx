import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Listing, paged } from "../../ui/listing";
import { tell, warn } from "../../ui/notice";
import { Failed, Loading } from "../../ui/states";
import { tiersQuery, useMeasure, useTierName } from "../tiers/data";
import { lastMomentBefore } from "../tiers/days";
import { Dot } from "../tiers/dot";
import { Override, useOverride } from "./override";

type Standing = Schemas["StandingView"];

/** Where a customer stands, what is missing for more, and who said so if it wasn't their buying. */
export function TierCard({ customerId, living }: { customerId: string; living: boolean }) {
  const { t } = useTranslation();
  const mayRead = useMay("program:read");
  const mayWrite = useMay("customers:write");
  const tiers = useQuery({ ...tiersQuery, enabled: mayRead });
  const query = useQuery({
    queryKey: ["customers", customerId, "tier"],
    queryFn: () =>
      read(api.GET("/v1/api/customers/{customer_id}/tier", { params: pathOf(customerId) })),
    enabled: tiers.data?.ladder.enabled === true,
  });
  const [asked, setAsked] = useState(false);
  if (!tiers.data?.ladder.enabled) return null;
  return (
    <Card
      title={t("standing.tier")}
      actions={
        living &&
        mayWrite &&
        query.data && (
          <Button kind="link" onClick={() => setAsked(true)}>
            {t("standing.action")}
          </Button>
        )
      }
    >
      {query.isPending && <Loading lines={2} />}
      {query.isError && <Failed error={query.error} onRetry={() => query.refetch()} />}
      {query.data && (
        <>
          <Now standing={query.data} />
          {query.data.override && (
            <ByHand customerId={customerId} standing={query.data} mayEnd={living && mayWrite} />
          )}
          <Moves customerId={customerId} />
        </>
      )}
      {asked && query.data && (
        <Override
          customerId={customerId}
          standing={query.data}
          tiers={tiers.data.ladder.tiers}
          onClose={() => setAsked(false)}
        />
      )}
    </Card>
  );
}

const pathOf = (customerId: string) => ({ path: { customer_id: customerId } });

function Now({ standing }: { standing: Standing }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useTierName();
  const { data } = useQuery(tiersQuery);
  const tier = data?.ladder.tiers.find((each) => each.key === standing.tier);
  return (
    <div className="flex flex-col gap-1">
      <p className="flex items-start gap-2 text-base font-semibold">
        {tier && <Dot colour={tier.colour} />}
        <span className="min-w-0 break-words">{nameOf(standing.tier)}</span>
      </p>
      {standing.since && (
        <p className="text-muted">{t("standing.since", { date: format.date(standing.since) })}</p>
      )}
      {standing.kept_until && !standing.override && (
        <p className="text-warn">
          {t("standing.kept", { date: format.date(standing.kept_until) })}
        </p>
      )}
      <Progress standing={standing} />
    </div>
  );
}

/** How far it is to the next tier: the words say it, the bar repeats it. */
function Progress({ standing }: { standing: Standing }) {
  const { t } = useTranslation();
  const measure = useMeasure();
  const nameOf = useTierName();
  const { next_tier, missing, progress, basis } = standing;
  if (next_tier === null || missing === null) {
    return <p className="text-muted">{t("standing.top")}</p>;
  }
  const goal = Number(progress) + Number(missing);
  return (
    <div className="mt-1">
      <div aria-hidden="true" className="h-2 overflow-hidden rounded-full bg-line">
        <div
          className="h-full rounded-full bg-accent"
          style={{ width: `${Math.round((100 * Number(progress)) / goal)}%` }}
        />
      </div>
      <p className="mt-1 text-muted">
        {t("standing.missing", { amount: measure(basis, missing), tier: nameOf(next_tier) })}
      </p>
    </div>
  );
}

interface ByHandProps {
  customerId: string;
  standing: Standing;
  mayEnd: boolean;
}

function ByHand({ customerId, standing, mayEnd }: ByHandProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useTierName();
  const problem = useProblemText();
  const override = useOverride(customerId);
  const given = standing.override as Schemas["OverrideView"];
  const ending = useMutation({
    mutationFn: (_: Schemas["OverrideView"]) => override.end(),
    onSuccess: (_, was) =>
      tell(t("standing.ended"), () => {
        override.set(was).then(
          () => tell(t("adjust.undone")),
          (error: unknown) => warn(problem(error)),
        );
      }),
    onError: (error) => warn(problem(error)),
  });
  return (
    <div className="mt-3 rounded-lg bg-sunken p-3">
      <p className="font-medium">
        {given.until
          ? t("standing.given", { date: format.date(lastMomentBefore(given.until)) })
          : t("standing.givenOpen")}
      </p>
      <p className="break-words text-muted">{t("standing.by", { reason: given.reason })}</p>
      <p className="text-muted">{t("standing.own", { tier: nameOf(standing.own_tier) })}</p>
      {mayEnd && (
        <Button
          kind="link"
          className="mt-1"
          busy={ending.isPending}
          onClick={() => ending.mutate(given)}
        >
          {t("standing.end")}
        </Button>
      )}
    </div>
  );
}

function Moves({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <details className="mt-3" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="font-medium">{t("customer.history")}</summary>
      {open && <MoveList customerId={customerId} />}
    </details>
  );
}

function MoveList({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useTierName();
  const query = useInfiniteQuery({
    queryKey: ["customers", customerId, "tier", "moves"],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/customers/{customer_id}/tier/moves", {
          params: {
            ...pathOf(customerId),
            query: { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    ...paged,
  });
  return (
    <Listing query={query} empty={<p className="py-2 text-muted">{t("activity.empty")}</p>}>
      {(moves) => (
        <ul className="mt-1">
          {moves.map((move) => (
            <li key={move.occurred_at} className="border-t border-line py-2">
              <p className="font-medium">{nameOf(move.to_tier)}</p>
              <p className="text-xs text-muted">
                {t(`tierCause.${move.cause}`)} · {format.date(move.occurred_at)}
              </p>
              {move.reason && <p className="text-xs break-words text-muted">{move.reason}</p>}
            </li>
          ))}
        </ul>
      )}
    </Listing>
  );
}
