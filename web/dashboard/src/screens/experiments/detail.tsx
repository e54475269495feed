import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Awaited } from "../../ui/awaited";
import { Card, Facts } from "../../ui/card";
import { Page } from "../../ui/page";
import { Failed, Loading } from "../../ui/states";
import { Actions } from "./actions";
import { experimentQuery, resultQuery, type Experiment as Shown } from "./data";
import { goalOf } from "./draft";
import { Outcome } from "./outcome";
import { State } from "./state";
import { useWords } from "./words";

const route = getRouteApi("/frame/experiments/$experimentId");

export function Experiment() {
  const { experimentId } = route.useParams();
  const { t } = useTranslation();
  const query = useQuery(experimentQuery(experimentId));
  if (query.data) return <Known experiment={query.data} />;
  return <Awaited query={query} title={t("nav.experiments")} back="/experiments" />;
}

function Known({ experiment }: { experiment: Shown }) {
  return (
    <Page
      title={experiment.design.name}
      subtitle={<State state={experiment.state} />}
      back="/experiments"
      actions={<Actions experiment={experiment} />}
    >
      {experiment.state !== "draft" && <Found experiment={experiment} />}
      <About experiment={experiment} />
      <Variants experiment={experiment} />
    </Page>
  );
}

function Found({ experiment }: { experiment: Shown }) {
  const { t } = useTranslation();
  const query = useQuery(resultQuery(experiment.id));
  if (query.data) return <Outcome experiment={experiment} result={query.data} />;
  return (
    <Card title={t("experiment.result")}>
      {query.isError ? <Failed error={query.error} onRetry={() => query.refetch()} /> : <Loading />}
    </Card>
  );
}

function About({ experiment }: { experiment: Shown }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const { design, started_at, ended_at } = experiment;
  const { goal, plan } = design;
  const facts: [string, string][] = [
    [t("experiment.subject"), words.element(design.subject)],
    [t("experiment.percent"), format.percent(design.percent / 100)],
    [t("experiment.goal"), words.goal(goalOf(design))],
    [t("experiment.within"), format.number(goal.within_days)],
    [t("experiment.baseline"), format.percent(plan.baseline)],
    [t("experiment.effect"), words.points(plan.effect)],
    ...(started_at ? [[t("campaign.starts"), format.instant(started_at)] as [string, string]] : []),
    ...(ended_at ? [[t("campaign.ends"), format.instant(ended_at)] as [string, string]] : []),
  ];
  return (
    <Card title={t("experiment.plan")}>
      <Facts items={facts} />
      <p className="mt-3 text-muted">
        {t("experiment.sure", {
          confidence: format.percent(plan.confidence),
          power: format.percent(plan.power),
        })}
      </p>
    </Card>
  );
}

function Variants({ experiment }: { experiment: Shown }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const { variants } = experiment.design;
  const total = variants.reduce((sum, each) => sum + (each.weight ?? 1), 0);
  return (
    <Card flush title={t("experiment.variants")}>
      <ol>
        {variants.map(({ key, weight = 1, changes = {} }, place) => (
          <li key={key} className="border-t border-line px-4 py-3">
            <p className="flex flex-wrap items-baseline gap-x-2">
              <span className="font-medium">{words.variant(place)}</span>
              <span className="text-muted">{format.percent(weight / total)}</span>
            </p>
            {Object.keys(changes).length === 0 ? (
              <p className="text-muted">{t("experiment.asItIs")}</p>
            ) : (
              <dl className="mt-1">
                {Object.entries(changes).map(([field, text]) => (
                  <div key={field} className="flex flex-wrap gap-x-2">
                    <dt className="text-muted">{t(`experimentField.${field}`)}</dt>
                    <dd dir="auto" className="min-w-0 break-words">
                      {text}
                    </dd>
                  </div>
                ))}
              </dl>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}
