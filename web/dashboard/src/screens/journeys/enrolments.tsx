import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Empty } from "../../ui/states";
import { Table } from "../../ui/table";
import { Tabs } from "../../ui/tabs";
import { type Enrolment, enrolmentsQuery, type Journey } from "./data";

interface Props {
  journey: Journey;
  underWay: boolean;
}

/** Who entered, and how far they have come. */
export function Enrolments({ journey, underWay }: Props) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(enrolmentsQuery(journey.id, underWay));
  const to = { to: "/journeys/$journeyId", params: { journeyId: journey.id } } as const;
  return (
    <Card flush>
      <Tabs
        label={t("nav.customers")}
        tabs={[
          {
            title: t("order.all"),
            link: { ...to, search: { view: "customers" } },
            current: !underWay,
          },
          {
            title: t("journey.underWay"),
            link: { ...to, search: { view: "customers", underWay: true } },
            current: underWay,
          },
        ]}
      />
      <Listing query={query} empty={<Empty title={t("journey.nobody")} />}>
        {(enrolments) => <Rows enrolments={enrolments} journey={journey} />}
      </Listing>
    </Card>
  );
}

function Rows({ enrolments, journey }: { enrolments: Enrolment[]; journey: Journey }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table
      label={t("nav.customers")}
      rows={enrolments}
      keyOf={({ id }) => id}
      columns={[
        {
          title: t("activity.customer"),
          cell: (each) => (
            <Link
              to="/customers/$customerId"
              params={{ customerId: each.customer_id }}
              className="font-medium break-words hover:underline"
            >
              <bdi>{each.customer_name ?? t("customer.anonymous")}</bdi>
            </Link>
          ),
        },
        {
          title: t("journey.entered"),
          wide: true,
          cell: (each) => format.instant(each.entered_at),
        },
        { title: t("order.state"), cell: (each) => <Stands enrolment={each} journey={journey} /> },
      ]}
    />
  );
}

/** Where somebody stands: held out, before a step, or how it came to an end. */
function Stands({ enrolment, journey }: { enrolment: Enrolment; journey: Journey }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { held_out, step, due_at, ended_why, ended_at, redeemed_at, version } = enrolment;
  const said = held_out
    ? t("campaign.heldOut")
    : ended_why
      ? t(`journeyWhy.${ended_why}`)
      : t("journey.before", { step: format.number(step + 1) });
  const when = ended_at ?? due_at;
  return (
    <span className="flex flex-col gap-0.5">
      <span>{said}</span>
      <span className="flex flex-wrap gap-x-3 text-xs text-muted">
        {when && !held_out && <time dateTime={when}>{format.instant(when)}</time>}
        {redeemed_at && ended_why !== "redeemed" && <span>{t("journeyWhy.redeemed")}</span>}
        {version !== journey.version && (
          <span>{t("reward.version", { version: format.number(version) })}</span>
        )}
      </span>
    </span>
  );
}
