import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useBlocker, useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Awaited } from "../../ui/awaited";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { tell } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Failed, Refused } from "../../ui/states";
import {
  type Design,
  type Experiment,
  experimentQuery,
  planQuery,
  type Question,
  saveExperiment,
} from "./data";
import { type Draft, designOf, draftOf, emptyDraft, questionOf } from "./draft";
import { Basics, Goal, Variants } from "./fields";

const route = getRouteApi("/frame/experiments/$experimentId/edit");

export function NewExperiment() {
  return <Form begin={emptyDraft()} experiment={null} />;
}

export function EditExperiment() {
  const { t } = useTranslation();
  const { experimentId } = route.useParams();
  const query = useQuery(experimentQuery(experimentId));
  if (query.data) {
    return <Form key={query.data.id} begin={draftOf(query.data.design)} experiment={query.data} />;
  }
  return <Awaited query={query} title={t("experiment.edit")} back="/experiments" lines={6} />;
}

interface FormProps {
  begin: Draft;
  /** The one that is changed; null: a new one. */
  experiment: Experiment | null;
}

function Form({ begin, experiment }: FormProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [before] = useState(experiment);
  const [draft, setDraft] = useState(begin);
  const changed = JSON.stringify(draft) !== JSON.stringify(begin);
  const saving = useMutation({
    mutationFn: (design: Design) => saveExperiment(before, design),
    onSuccess: (saved) => {
      tell(t("earning.saved"));
      queries.setQueryData(experimentQuery(saved.id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ["experiments"] });
      void navigate({
        to: "/experiments/$experimentId",
        params: { experimentId: saved.id },
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
    onChange: (change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change })),
  };
  return (
    <Page
      title={before ? t("experiment.edit") : t("experiment.new")}
      subtitle={before?.design.name}
      back="/experiments"
    >
      <form
        className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[5fr_3fr]"
        onSubmit={(event) => {
          event.preventDefault();
          const design = designOf(draft, before?.design);
          if (design) saving.mutate(design);
        }}
      >
        <div className="flex min-w-0 flex-col gap-4">
          <Basics {...part} />
          <Variants {...part} />
          <Goal {...part} />
        </div>
        <div className="flex flex-col gap-4 lg:sticky lg:top-18">
          <Card title={t("experiment.plan")}>
            <Takes question={questionOf(draft)} />
          </Card>
          <Refused error={saving.error} />
          <div className="flex flex-wrap justify-end gap-2">
            <Button kind="primary" type="submit" busy={saving.isPending}>
              {t("campaign.saveDraft")}
            </Button>
          </div>
        </div>
      </form>
    </Page>
  );
}

/** How many visitors a plan takes, and how long that is. */
function Takes({ question }: { question: Question | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const asked = useDeferredValue(question);
  const query = useQuery({ ...planQuery(asked), placeholderData: (before) => before });
  if (query.isError) return <Failed error={query.error} onRetry={() => query.refetch()} />;
  const { data: plan } = query;
  if (!question || !plan) return <p className="text-muted">…</p>;
  const ofMembers = question.goal === "order" || question.goal === "redemption";
  return (
    <output className="flex flex-col gap-2" aria-live="polite">
      <span>
        {t("experiment.needs", {
          list: plan.needed.map(format.number).join(" + "),
          all: format.number(plan.in_all),
        })}
      </span>
      {ofMembers ? (
        <span>{t("experiment.ofMembers")}</span>
      ) : plan.days === null || plan.views_a_day === null ? (
        <span>{t("experiment.noTraffic")}</span>
      ) : (
        <span>
          {t("experiment.takes", {
            count: plan.days,
            shown: format.number(plan.days),
            views: format.number(Math.round(plan.views_a_day)),
          })}
        </span>
      )}
      <span className="text-muted">
        {t("experiment.sure", { confidence: format.percent(0.95), power: format.percent(0.8) })}
      </span>
    </output>
  );
}
