import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useBlocker, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useMay, useMerchant } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Awaited } from "../../ui/awaited";
import { Badge } from "../../ui/badge";
import { Button, buttonClass } from "../../ui/button";
import { tell, warn } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Loading, Refused } from "../../ui/states";
import { type Reward, type RewardState, rewardQuery, type Terms } from "./data";
import { blank, type Draft, useExamples } from "./examples";
import { Availability, Conditions, Gift } from "./fields";
import { Preview } from "./preview";
import { standingOf, TONES } from "./standing";
import { useRewardName } from "./worth";

const newRoute = getRouteApi("/frame/rewards/new");
const editRoute = getRouteApi("/frame/rewards/$rewardId");

export function NewReward() {
  const { t } = useTranslation();
  const { example } = newRoute.useSearch();
  const merchant = useMerchant();
  const examples = useExamples();
  const begin = (example !== undefined && examples[example]) || blank(merchant?.currency);
  return (
    <Page title={t("reward.add")} back="/rewards">
      {merchant ? <Form saved={begin} /> : <Loading />}
    </Page>
  );
}

export function EditReward() {
  const { rewardId } = editRoute.useParams();
  const { t } = useTranslation();
  const query = useQuery(rewardQuery(rewardId));
  if (query.data) return <Known key={`${rewardId} ${query.data.state}`} reward={query.data} />;
  return <Awaited query={query} title={t("nav.rewards")} back="/rewards" lines={6} />;
}

function Known({ reward }: { reward: Reward }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useRewardName();
  const mayRead = useMay("points:read");
  const mayWrite = useMay("program:write");
  const bring = useBring(reward);
  const standing = standingOf(reward);
  const archived = reward.state === "archived";
  return (
    <Page
      title={nameOf(reward)}
      back="/rewards"
      subtitle={
        <span className="flex flex-wrap items-center gap-2">
          <Badge tone={TONES[standing]}>{t(`rewardState.${standing}`)}</Badge>
          <span>{t("reward.version", { version: format.number(reward.version) })}</span>
          {reward.stock !== null && (
            <span>{t("reward.taken", { taken: format.number(reward.taken) })}</span>
          )}
        </span>
      }
      actions={
        <>
          {mayRead && (
            <Link
              to="/rewards/redemptions"
              search={{ reward: reward.id }}
              className={buttonClass()}
            >
              {t("redemption.title")}
            </Link>
          )}
          {mayWrite &&
            (archived ? (
              <Button busy={bring.isPending} onClick={() => bring.mutate("paused")}>
                {t("reward.bringBack")}
              </Button>
            ) : (
              <Button busy={bring.isPending} onClick={() => bring.mutate("archived")}>
                {t("reward.archive")}
              </Button>
            ))}
        </>
      }
    >
      <Form
        reward={reward}
        saved={{ terms: reward.terms as Terms, state: reward.state, stock: reward.stock }}
      />
    </Page>
  );
}

/** Into the archive and out of it, which changes nothing but the state. */
function useBring(reward: Reward) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const nameOf = useRewardName();
  const send = async (state: RewardState) => {
    const { terms, stock } = reward;
    const params = { path: { reward_id: reward.id } };
    await read(api.PUT("/v1/api/rewards/{reward_id}", { params, body: { terms, stock, state } }));
    await queries.invalidateQueries({ queryKey: ["rewards"] });
  };
  const undo = () => {
    send(reward.state).then(
      () => tell(t("adjust.undone")),
      (error: unknown) => warn(problem(error)),
    );
  };
  return useMutation({
    mutationFn: send,
    onSuccess: (_, state) =>
      tell(
        t(state === "archived" ? "reward.archived" : "reward.back", { name: nameOf(reward) }),
        undo,
      ),
    onError: (error) => warn(problem(error)),
  });
}

/** A new reward, or one as it will be from now on. */
function Form(begin: { saved: Draft; reward?: Reward }) {
  // What somebody else saves meanwhile is a conflict to be told, not a draft to be lost.
  const [{ saved, reward }] = useState(begin);
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayWrite = useMay("program:write");
  const [draft, setDraft] = useState(saved);
  const saving = useSave(reward);
  const changed = JSON.stringify(draft) !== JSON.stringify(saved);
  const disabled = !mayWrite || reward?.state === "archived";
  useBlocker({
    shouldBlockFn: () => !window.confirm(t("earning.leave")),
    disabled: !changed || saving.isPending || saving.isSuccess,
    enableBeforeUnload: changed,
  });
  const part = {
    draft,
    disabled,
    fields: fieldsOf(saving.error),
    onChange: (change: Partial<Draft>) => setDraft((held) => ({ ...held, ...change })),
    onTerms: (change: Partial<Terms>) =>
      setDraft((held) => ({ ...held, terms: { ...held.terms, ...change } })),
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate(draft, { onSuccess: () => void navigate({ to: "/rewards" }) });
      }}
    >
      <Refused error={saving.error} />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[2fr_1fr]">
        <div className="flex min-w-0 flex-col gap-4">
          <Gift {...part} />
          <Availability {...part} taken={reward?.taken ?? 0} />
          <Conditions {...part} />
        </div>
        <div className="min-w-0 lg:sticky lg:top-4">
          <Preview draft={draft} />
        </div>
      </div>
      {!disabled && (changed || !reward) && (
        <div className="sticky bottom-3 z-10 mt-4 flex flex-wrap items-center justify-between gap-2 rounded-xl bg-strong p-2 ps-4 text-on-strong">
          <span className="font-medium">{t(reward ? "reward.keeps" : "earning.unsaved")}</span>
          <span className="flex gap-2">
            <Button
              disabled={saving.isPending}
              onClick={() => (reward ? setDraft(saved) : void navigate({ to: "/rewards" }))}
            >
              {t(reward ? "earning.discard" : "action.cancel")}
            </Button>
            <Button type="submit" busy={saving.isPending}>
              {t("action.save")}
            </Button>
          </span>
        </div>
      )}
    </form>
  );
}

function useSave(reward: Reward | undefined) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Draft) => {
      if (!reward) return read(api.POST("/v1/api/rewards", { body }));
      const params = { path: { reward_id: reward.id } };
      const version = reward.version;
      return read(api.PUT("/v1/api/rewards/{reward_id}", { params, body: { ...body, version } }));
    },
    onSuccess: () => {
      tell(t(reward ? "reward.saved" : "reward.added"));
      void queries.invalidateQueries({ queryKey: ["rewards"] });
    },
  });
}

/** What the server said of each field; a refusal with a code of its own belongs to one as well. */
function fieldsOf(error: unknown): Record<string, string> {
  if (!error) return {};
  const { code, detail, fields } = problemOf(error);
  return code === "STOCK_TAKEN" ? { stock: detail } : (fields ?? {});
}
