import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Failed, Loading } from "../../ui/states";
import { Table } from "../../ui/table";
import { type Journey, type Report, reportQuery } from "./data";
import { Lift } from "./lift";

/** What became of a journey, what it brings, and what stood in the way. */
export function Reported({ journey }: { journey: Journey }) {
  const { t } = useTranslation();
  const query = useQuery(reportQuery(journey.id));
  if (query.data) {
    return (
      <>
        <Became report={query.data} />
        <Lift journey={journey} report={query.data} />
        {query.data.not_sent.length > 0 && <NotSent report={query.data} />}
      </>
    );
  }
  return (
    <Card title={t("journey.report")}>
      {query.isError ? <Failed error={query.error} onRetry={() => query.refetch()} /> : <Loading />}
    </Card>
  );
}

function Became({ report }: { report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  const figures: [string, string][] = [
    [t("journey.entered"), format.number(report.entered)],
    [t("campaign.heldOut"), format.number(report.held_out)],
    [t("journey.underWay"), format.number(report.under_way)],
    [t("journey.sent"), format.number(report.sent)],
    [t("journey.delivered"), format.number(report.delivered)],
    [t("journey.read"), format.number(report.read)],
    [t("journey.clicked"), format.number(report.clicked)],
    [t("journey.redeemed"), format.number(report.redeemed)],
  ];
  return (
    <Card title={t("journey.became")}>
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        {figures.map(([name, value]) => (
          <div key={name} className="flex flex-col-reverse">
            <dt className="text-muted">{name}</dt>
            <dd className="text-xl font-bold tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      {report.told > 0 && (
        <p
          className={
            report.opted_out_too_often
              ? "mt-4 rounded-lg bg-danger-soft p-3 text-danger"
              : "mt-4 text-muted"
          }
        >
          {t("journey.optedOut", {
            said: format.number(report.opted_out),
            told: format.number(report.told),
          })}
          {report.opted_out_too_often && ` ${t("journey.tooOften")}`}
        </p>
      )}
    </Card>
  );
}

function NotSent({ report }: { report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card flush title={t("journey.notSent")}>
      <Table
        label={t("journey.notSent")}
        rows={report.not_sent}
        keyOf={({ state, reason }) => `${state} ${reason}`}
        columns={[
          {
            title: t("consent.reason"),
            cell: ({ reason }) => t(`deliveryWhy.${reason}`, { defaultValue: reason }),
          },
          {
            title: t("order.state"),
            cell: ({ state }) => t(`deliveryState.${state}`, { defaultValue: state }),
          },
          {
            title: t("nav.messages"),
            end: true,
            cell: ({ messages }) => format.number(messages),
          },
        ]}
      />
    </Card>
  );
}
