import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay, useMerchant } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Badge } from "../../ui/badge";
import { buttonClass } from "../../ui/button";
import { Card } from "../../ui/card";
import { Icon } from "../../ui/icon";
import { tell, warn } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading } from "../../ui/states";
import { Stopped } from "../earning/stopped";
import { type Reward, rewardsQuery } from "./data";
import { useExamples } from "./examples";
import { useOrdering } from "./ordering";
import { standingOf, TONES } from "./standing";
import { Views } from "./views";
import { useRewardName, useWorth, valueIn } from "./worth";

export function Rewards() {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const query = useQuery(rewardsQuery);
  return (
    <Page
      title={t("nav.rewards")}
      actions={
        mayWrite && (
          <Link to="/rewards/new" className={buttonClass("primary")}>
            {t("reward.add")}
          </Link>
        )
      }
    >
      <Stopped />
      <Card flush>
        <Views current="catalogue" />
        {query.isPending ? (
          <Loading />
        ) : query.isError ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : query.data.length === 0 ? (
          <Nothing mayWrite={mayWrite} />
        ) : (
          <Catalogue rewards={query.data} mayWrite={mayWrite} />
        )}
      </Card>
    </Page>
  );
}

/** What to begin with: a few rewards that work in most shops. */
function Nothing({ mayWrite }: { mayWrite: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const examples = useExamples();
  return (
    <Empty title={t("reward.none")} text={t("reward.noneText")}>
      {mayWrite && (
        <ul className="mt-3 grid w-full max-w-2xl gap-3 sm:grid-cols-3">
          {examples.map(({ terms }, example) => (
            <li key={terms.kind}>
              <Link
                to="/rewards/new"
                search={{ example }}
                className="flex h-full flex-col gap-1 rounded-xl p-4 shadow-card hover:bg-sunken"
              >
                <span className="font-semibold">{terms.name}</span>
                <span className="text-muted">{format.amount(terms.cost)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Empty>
  );
}

function Catalogue({ rewards, mayWrite }: { rewards: Reward[]; mayWrite: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useRewardName();
  const living = rewards.filter(({ state }) => state !== "archived");
  const archived = rewards.filter(({ state }) => state === "archived");
  const byId = new Map(living.map((reward) => [reward.id, reward]));
  const [said, setSaid] = useState("");
  const reorder = useReorder(rewards);
  const ordering = useOrdering([...byId.keys()], (ids, moved) => {
    const reward = byId.get(moved);
    const place = format.number(ids.indexOf(moved) + 1);
    if (reward) setSaid(t("reward.moved", { name: nameOf(reward), place }));
    reorder([...ids, ...archived.map(({ id }) => id)]);
  });
  return (
    <>
      <ol aria-label={t("reward.catalogue")}>
        {ordering.shown.map((id) => {
          const reward = byId.get(id);
          if (!reward) return null;
          return (
            <li
              key={id}
              ref={ordering.line(id)}
              className={`flex items-center border-t border-line first:border-0 ${ordering.dragged === id ? "bg-accent-soft" : ""}`}
            >
              {mayWrite && living.length > 1 && (
                <button
                  type="button"
                  aria-label={t("reward.move", { name: nameOf(reward) })}
                  title={t("reward.moveHint")}
                  className="ms-1 cursor-grab touch-none rounded-lg px-1.5 py-3 text-muted hover:bg-sunken active:cursor-grabbing"
                  {...ordering.handle(id)}
                >
                  <Icon name="grip" />
                </button>
              )}
              <Line reward={reward} />
            </li>
          );
        })}
      </ol>
      <p className="sr-only" aria-live="polite">
        {said}
      </p>
      {archived.length > 0 && (
        <details className="border-t border-line">
          <summary className="px-4 py-3 font-medium text-muted">
            {t("rewardState.archived")} ({format.number(archived.length)})
          </summary>
          <ul>
            {archived.map((reward) => (
              <li key={reward.id} className="flex border-t border-line">
                <Line reward={reward} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Line({ reward }: { reward: Reward }) {
  const { t } = useTranslation();
  const format = useFormat();
  const worth = useWorth();
  const nameOf = useRewardName();
  const currency = useMerchant()?.currency;
  const standing = standingOf(reward);
  const { terms, stock, taken } = reward;
  const gift = worth(valueIn(terms as Required<typeof terms>, currency));
  return (
    <Link
      to="/rewards/$rewardId"
      params={{ rewardId: reward.id }}
      className="grid min-w-0 flex-1 grid-cols-[1fr_max-content] items-center gap-x-4 gap-y-1 px-3 py-3 -outline-offset-2 hover:bg-sunken sm:grid-cols-[1fr_7rem_7rem]"
    >
      <span className="min-w-0">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="min-w-0 font-medium break-words">{nameOf(reward)}</span>
          <Badge tone={TONES[standing]}>{t(`rewardState.${standing}`)}</Badge>
        </span>
        <span className="block break-words text-muted">
          {gift !== nameOf(reward) && gift}
          {standing === "scheduled" && terms.starts_at && ` · ${format.date(terms.starts_at)}`}
        </span>
      </span>
      <span className="text-end font-semibold tabular-nums">{format.amount(terms.cost)}</span>
      <span className="text-end text-muted tabular-nums max-sm:col-span-2">
        {stock === null
          ? t("earning.noLimit")
          : t("reward.left", {
              left: format.number(Math.max(0, stock - taken)),
              stock: format.number(stock),
            })}
      </span>
    </Link>
  );
}

interface Order {
  ids: string[];
  /** What it can be put back to; nothing where that is what is done. */
  before?: string[];
}

/** Shows the new order at once and keeps it; what can't be kept goes back. */
function useReorder(rewards: Reward[]): (ids: string[]) => void {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const sending = useMutation({
    scope: { id: "rewards.order" },
    mutationFn: ({ ids }: Order) =>
      read(api.PUT("/v1/api/rewards/order", { body: { reward_ids: ids } })),
    onMutate: ({ before }) => {
      if (before) tell(t("reward.ordered"), () => void put({ ids: before }));
    },
    onError: (error) => warn(problem(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: rewardsQuery.queryKey }),
  });
  const put = async (order: Order) => {
    const { ids } = order;
    await queries.cancelQueries({ queryKey: rewardsQuery.queryKey });
    queries.setQueryData(
      rewardsQuery.queryKey,
      (held) => held && [...held].sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id)),
    );
    await sending.mutateAsync(order).catch(() => {});
  };
  const before = rewards.map(({ id }) => id);
  return (ids) => void put({ ids, before });
}
