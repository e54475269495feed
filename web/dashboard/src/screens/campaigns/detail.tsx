import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Awaited } from "../../ui/awaited";
import { Card, Facts } from "../../ui/card";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading } from "../../ui/states";
import { Table } from "../../ui/table";
import { Stopped } from "../earning/stopped";
import { Actions } from "./actions";
import {
  campaignQuery,
  campaignVersionsQuery,
  type Report,
  reportQuery,
  type Campaign as Shown,
} from "./data";
import { Budget, Phase } from "./phase";
import { useSentence } from "./words";

const route = getRouteApi("/frame/campaigns/$campaignId");
/** Below this, two groups differ by chance more than by anything else. */
const ENOUGH = 100;

export function Campaign() {
  const { campaignId } = route.useParams();
  const { t } = useTranslation();
  const query = useQuery(campaignQuery(campaignId));
  if (query.data) return <Known campaign={query.data} />;
  return <Awaited query={query} title={t("nav.campaigns")} back="/campaigns" />;
}

function Known({ campaign }: { campaign: Shown }) {
  const { t } = useTranslation();
  const sentenceOf = useSentence();
  const report = useQuery(reportQuery(campaign.id));
  return (
    <Page
      title={campaign.rule.name}
      subtitle={<Phase phase={campaign.phase} />}
      back="/campaigns"
      actions={<Actions campaign={campaign} />}
    >
      <Stopped part="campaigns" />
      <Card title={t("campaign.inWords")}>
        <p>{sentenceOf(campaign.rule, campaign.budget)}</p>
      </Card>
      {report.data ? (
        <>
          <Gave campaign={campaign} report={report.data} />
          {(campaign.rule.holdout ?? 0) + report.data.held_out_customers > 0 && (
            <Compared report={report.data} />
          )}
        </>
      ) : (
        <Card title={t("campaign.gave")}>
          {report.isError ? (
            <Failed error={report.error} onRetry={() => report.refetch()} />
          ) : (
            <Loading />
          )}
        </Card>
      )}
      <Versions id={campaign.id} />
    </Page>
  );
}

function Gave({ campaign, report }: { campaign: Shown; report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  const figures: [string, string][] = [
    [t("home.issued"), format.number(report.points)],
    [t("nav.orders"), format.number(report.orders)],
    [t("nav.customers"), format.number(report.customers)],
    ...(campaign.rule.effect.kind === "goal"
      ? [[t("campaign.reached"), format.number(report.reached)] as [string, string]]
      : []),
  ];
  return (
    <Card title={t("campaign.gave")}>
      <dl className="mb-4 grid grid-cols-2 gap-4 sm:grid-cols-4">
        {figures.map(([name, value]) => (
          <div key={name} className="flex flex-col-reverse">
            <dt className="text-muted">{name}</dt>
            <dd className="text-xl font-bold tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <Facts items={[[t("campaign.used"), <Budget key="budget" campaign={campaign} />]]} />
    </Card>
  );
}

interface Group {
  name: string;
  customers: number;
  orders: number;
  spend: string;
}

/** Those who got it beside those who were left out; raw, and with a word on what it proves. */
function Compared({ report }: { report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  const groups: Group[] = [
    {
      name: t("campaign.got"),
      customers: report.customers,
      orders: report.orders,
      spend: report.spend,
    },
    {
      name: t("campaign.heldOut"),
      customers: report.held_out_customers,
      orders: report.held_out_orders,
      spend: report.held_out_spend,
    },
  ];
  const small = groups.some((group) => group.customers < ENOUGH);
  return (
    <Card flush title={t("campaign.compared")}>
      <Table
        label={t("campaign.compared")}
        rows={groups}
        keyOf={(group) => group.name}
        columns={[
          { title: t("campaign.group"), cell: (group) => group.name },
          {
            title: t("nav.customers"),
            end: true,
            cell: (group) => format.number(group.customers),
          },
          { title: t("nav.orders"), end: true, cell: (group) => format.number(group.orders) },
          {
            title: t("campaign.spend"),
            end: true,
            wide: true,
            cell: (group) => format.money(group.spend, report.currency),
          },
          {
            title: t("campaign.perCustomer"),
            end: true,
            cell: (group) =>
              group.customers
                ? format.money(Number(group.spend) / group.customers, report.currency)
                : "—",
          },
        ]}
      />
      <p className="border-t border-line px-4 py-3 text-muted">
        {t(small ? "campaign.tooSmall" : "campaign.rawText")}
      </p>
    </Card>
  );
}

function Versions({ id }: { id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sentenceOf = useSentence();
  const query = useQuery(campaignVersionsQuery(id));
  return (
    <Card flush title={t("earning.versions")}>
      <p className="px-4 pb-3 text-muted">{t("campaign.versionText")}</p>
      {query.isPending ? (
        <Loading />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : query.data.items.length === 0 ? (
        <Empty title={t("campaign.none")} />
      ) : (
        <ol>
          {query.data.items.map((each) => (
            <li key={each.version} className="border-t border-line px-4 py-3">
              <p className="flex flex-wrap items-center gap-2">
                <span className="font-medium">
                  {t("entry.version", { version: format.number(each.version) })}
                </span>
                <Phase phase={each.rule.state === "active" ? "running" : each.rule.state} />
              </p>
              <p>{sentenceOf(each.rule, null)}</p>
              <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-muted">
                <time dateTime={each.effective_from}>{format.instant(each.effective_from)}</time>
                <span className="break-all">{each.created_by}</span>
              </p>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
