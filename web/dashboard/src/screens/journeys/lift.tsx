import { useTranslation } from "react-i18next";
import { type Format, useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Table } from "../../ui/table";
import { Difference } from "../experiments/interval";
import type { Effect, Journey, Report } from "./data";
import { useSays } from "./words";

/** So much more than the furthest end is drawn: an interval that ends doesn't touch the edge. */
const ROOM = 1.1;
const TONES = {
  too_few: "bg-sunken",
  unclear: "bg-sunken",
  more: "bg-good-soft text-good",
  less: "bg-danger-soft text-danger",
} as const;

const SAID = {
  too_few: ["verdict.too_early", "journeySays.tooFew"],
  unclear: ["verdict.no_difference", "journeySays.unclear"],
  more: ["journey.more", "journeySays.more"],
  less: ["journey.less", "journeySays.less"],
} as const;

interface Props {
  journey: Journey;
  report: Report;
}

/** What it brings beside those who were left out, and nothing that chance can do as well. */
export function Lift({ journey, report }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const says = useSays();
  if (journey.plan.holdout === 0) {
    return (
      <Card title={t("journey.brings")}>
        <p className="rounded-lg bg-sunken p-3">{t("journeySays.unmeasured")}</p>
        <p className="mt-3">
          {t("journey.spentBy", {
            money: format.money(report.counted.spent, report.currency),
            days: says.days(report.counts_days),
          })}
        </p>
      </Card>
    );
  }
  return (
    <Card title={t("journey.brings")}>
      <div className="flex flex-col gap-5">
        <Verdict effect={report.conversion} />
        <One
          name={t("journey.buyers")}
          effect={report.conversion}
          said={(difference) => t("experiment.points", { points: points(difference, format) })}
        />
        <One
          name={t("campaign.perCustomer")}
          effect={report.revenue}
          said={(difference) => format.moneyChange(difference, report.currency)}
        />
        <Groups report={report} />
        <p className="text-xs text-muted">
          {t("journey.howText", { days: says.days(report.counts_days) })}
        </p>
      </div>
    </Card>
  );
}

function Verdict({ effect: { says } }: { effect: Effect }) {
  const { t } = useTranslation();
  const [head, text] = SAID[says];
  return (
    <div role="status" className={`rounded-lg p-3 ${TONES[says]}`}>
      <p className="font-semibold">{t(head)}</p>
      <p>{t(text)}</p>
    </div>
  );
}

interface OneProps {
  name: string;
  effect: Effect;
  said: (difference: number) => string;
}

function One({ name, effect: { says, difference, low, high }, said }: OneProps) {
  const { t } = useTranslation();
  const known = difference !== null && low !== null && high !== null;
  return (
    <section className="flex flex-col gap-1">
      <div className="flex flex-wrap items-baseline justify-between gap-x-2">
        <h3 className="font-medium">{name}</h3>
        <span className="tabular-nums">{known ? said(difference) : t("verdict.too_early")}</span>
      </div>
      {known && (
        <>
          <Difference
            difference={difference}
            interval={{ low, high }}
            most={ROOM * Math.max(1e-6, Math.abs(low), Math.abs(high))}
          />
          <p className="flex flex-wrap gap-x-3 text-xs text-muted">
            <span>{t("experiment.between", { low: said(low), high: said(high) })}</span>
            {says === "unclear" && <span>{t("journey.mayBeNone")}</span>}
          </p>
        </>
      )}
    </section>
  );
}

function Groups({ report: { counted, counted_held_out, currency } }: { report: Report }) {
  const { t } = useTranslation();
  const format = useFormat();
  const groups = [
    { name: t("journey.could"), ...counted },
    { name: t("campaign.heldOut"), ...counted_held_out },
  ];
  return (
    <div className="-mx-4">
      <Table
        label={t("campaign.compared")}
        rows={groups}
        keyOf={({ name }) => name}
        columns={[
          { title: t("campaign.group"), cell: ({ name }) => name },
          { title: t("nav.customers"), end: true, cell: ({ people }) => format.number(people) },
          { title: t("journeyWhy.bought"), end: true, cell: ({ buyers }) => format.number(buyers) },
          {
            title: t("campaign.spend"),
            end: true,
            wide: true,
            cell: ({ spent }) => format.money(spent, currency),
          },
          {
            title: t("campaign.perCustomer"),
            end: true,
            wide: true,
            cell: ({ spent, people }) =>
              people ? format.money(Number(spent) / people, currency) : "—",
          },
        ]}
      />
    </div>
  );
}

function points(difference: number, format: Format): string {
  return format.change(Math.round(difference * 1000) / 10);
}
