import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useBlocker, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useMerchant } from "../../api/program";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { tell } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Failed, Loading, Refused } from "../../ui/states";
import { Conditions } from "./conditions";
import { type Campaign, campaignQuery, type Rule, saveCampaign } from "./data";
import { budgetOf, type Draft, draftOf, emptyDraft, ruleOf } from "./draft";
import { Basics, Limits, Window } from "./fields";
import { useSentence } from "./words";

const route = getRouteApi("/frame/campaigns/$campaignId/edit");

export function NewCampaign() {
  const { t } = useTranslation();
  const zone = useMerchant()?.time_zone;
  if (!zone) return <Waiting title={t("campaign.new")} back="/campaigns" />;
  return <Form zone={zone} begin={emptyDraft(zone)} campaign={null} />;
}

export function EditCampaign() {
  const { t } = useTranslation();
  const { campaignId } = route.useParams();
  const zone = useMerchant()?.time_zone;
  const query = useQuery(campaignQuery(campaignId));
  if (!zone || !query.data) {
    return (
      <Waiting
        title={t("campaign.edit")}
        back="/campaigns"
        error={query.error}
        onRetry={() => query.refetch()}
      />
    );
  }
  const { data: campaign } = query;
  return <Form key={campaign.id} zone={zone} begin={draftOf(campaign, zone)} campaign={campaign} />;
}

interface WaitingProps {
  title: string;
  back: "/campaigns";
  error?: unknown;
  onRetry?: () => void;
}

function Waiting({ title, back, error, onRetry }: WaitingProps) {
  return (
    <Page title={title} back={back}>
      <Card>
        {error ? <Failed error={error} {...(onRetry ? { onRetry } : {})} /> : <Loading lines={6} />}
      </Card>
    </Page>
  );
}

interface FormProps {
  zone: string;
  begin: Draft;
  /** The one that is changed; null: a new one. */
  campaign: Campaign | null;
}

function Form({ zone, begin, campaign }: FormProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(begin);
  const changed = JSON.stringify(draft) !== JSON.stringify(begin);
  const saving = useMutation({
    mutationFn: (state: Rule["state"]) => {
      const rule = ruleOf(draft, state, zone, campaign?.rule) as Rule;
      const budget = budgetOf(draft);
      return campaign
        ? saveCampaign({ ...campaign, budget }, rule)
        : read(api.POST("/v1/api/campaigns", { body: { rule, budget } }));
    },
    onSuccess: (saved) => {
      tell(t("earning.saved"));
      queries.setQueryData(campaignQuery(saved.id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ["campaigns"] });
      void navigate({
        to: "/campaigns/$campaignId",
        params: { campaignId: saved.id },
        ignoreBlocker: true,
      });
    },
  });
  useBlocker({
    shouldBlockFn: () => !window.confirm(t("earning.leave")),
    disabled: !changed || saving.isPending,
    enableBeforeUnload: changed,
  });
  const part = {
    draft,
    zone,
    fields: fieldsOf(saving.error),
    onChange: (change: Partial<Draft>) => setDraft({ ...draft, ...change }),
  };
  const isDraft = !campaign || campaign.rule.state === "draft";
  return (
    <Page
      title={campaign ? t("campaign.edit") : t("campaign.new")}
      subtitle={campaign?.rule.name}
      back="/campaigns"
    >
      <form
        className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[5fr_3fr]"
        onSubmit={(event) => {
          event.preventDefault();
          const pressed = (event.nativeEvent as SubmitEvent).submitter?.getAttribute("value");
          saving.mutate(
            pressed === "draft" || pressed === "active"
              ? pressed
              : (campaign?.rule.state ?? "active"),
          );
        }}
      >
        <div className="flex min-w-0 flex-col gap-4">
          <Basics {...part} />
          <Window {...part} />
          <Conditions {...part} />
          <Limits {...part} />
        </div>
        <div className="flex flex-col gap-4 lg:sticky lg:top-18">
          <Card title={t("campaign.inWords")}>
            <Sentence
              rule={ruleOf(draft, "active", zone, campaign?.rule)}
              budget={budgetOf(draft)}
            />
            {campaign && <p className="mt-3 text-xs text-muted">{t("campaign.versionText")}</p>}
          </Card>
          <Refused error={saving.error} />
          <div className="flex flex-wrap justify-end gap-2">
            {isDraft && (
              <Button type="submit" value="draft" disabled={saving.isPending}>
                {t("campaign.saveDraft")}
              </Button>
            )}
            <Button
              kind="primary"
              type="submit"
              value={isDraft ? "active" : undefined}
              busy={saving.isPending}
            >
              {isDraft ? t("campaign.start") : t("action.save")}
            </Button>
          </div>
        </div>
      </form>
    </Page>
  );
}

function Sentence({ rule, budget }: { rule: Rule | null; budget: number | null }) {
  const sentenceOf = useSentence();
  return (
    <output className="block" aria-live="polite">
      {rule ? sentenceOf(rule, budget) : "…"}
    </output>
  );
}

/** What was wrong, by the last part of its name: `rule.effect.bonus.points` is about the points. */
function fieldsOf(error: unknown): Record<string, string> {
  const fields = (error && problemOf(error).fields) || {};
  return Object.fromEntries(
    Object.entries(fields).map(([name, text]) => [name.split(".").pop() ?? name, String(text)]),
  );
}
