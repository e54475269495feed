import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { Awaited } from "../../ui/awaited";
import { Page } from "../../ui/page";
import { Tabs } from "../../ui/tabs";
import { Actions } from "./actions";
import { journeyQuery, type Journey as Shown } from "./data";
import { Enrolments } from "./enrolments";
import { Estimate } from "./estimate";
import { Planned } from "./plan";
import { Reported } from "./report";
import { State } from "./state";

const route = getRouteApi("/frame/journeys/$journeyId");

export function Journey() {
  const { journeyId } = route.useParams();
  const { t } = useTranslation();
  const query = useQuery(journeyQuery(journeyId));
  if (query.data) return <Known journey={query.data} />;
  return <Awaited query={query} title={t("nav.journeys")} back="/journeys" lines={6} />;
}

/** A draft is its plan; one that was started is what came of it, who entered, and its plan. */
function Known({ journey }: { journey: Shown }) {
  const { t } = useTranslation();
  const { view, underWay } = route.useSearch();
  const mayLook = useMay("customers:read");
  const draft = journey.state === "draft";
  const shown = draft ? "plan" : view;
  const to = { to: "/journeys/$journeyId", params: { journeyId: journey.id } } as const;
  return (
    <Page
      title={journey.plan.name}
      subtitle={<State state={journey.state} />}
      back="/journeys"
      actions={<Actions journey={journey} />}
    >
      {journey.state === "paused" && journey.paused_for && <Stuck reason={journey.paused_for} />}
      {!draft && (
        <div className="overflow-hidden rounded-xl bg-card shadow-card">
          <Tabs
            label={journey.plan.name}
            tabs={[
              { title: t("journey.report"), link: to, current: !shown },
              ...(mayLook
                ? [
                    {
                      title: t("nav.customers"),
                      link: { ...to, search: { view: "customers" } } as const,
                      current: shown === "customers",
                    },
                  ]
                : []),
              {
                title: t("journey.plan"),
                link: { ...to, search: { view: "plan" } } as const,
                current: shown === "plan",
              },
            ]}
          />
        </div>
      )}
      {shown === "plan" ? (
        <>
          <Planned key={journey.id} journey={journey} />
          {journey.state !== "ended" && <Estimate journey={journey} />}
        </>
      ) : shown === "customers" ? (
        <Enrolments journey={journey} underWay={underWay ?? false} />
      ) : (
        <Reported journey={journey} />
      )}
    </Page>
  );
}

function Stuck({ reason }: { reason: string }) {
  const { t } = useTranslation();
  return (
    <p role="status" className="rounded-lg bg-warn-soft p-3 text-warn">
      {t("journey.stuck", { reason: t(`deliveryWhy.${reason}`, { defaultValue: reason }) })}
    </p>
  );
}
