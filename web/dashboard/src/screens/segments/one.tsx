import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { buttonClass } from "../../ui/button";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty } from "../../ui/states";
import { Table } from "../../ui/table";
import { useNameOf } from "../customers/name";
import { type Scored, SEGMENTS, type Segment, scoredQuery } from "./data";

const route = getRouteApi("/frame/segments/$segment");

export function OneSegment() {
  const { segment } = route.useParams();
  const { t } = useTranslation();
  const known = SEGMENTS.find((each) => each === segment);
  if (known) return <Known segment={known} />;
  return (
    <Page title={t("nav.segments")} back="/segments">
      <Card>
        <Empty title={t("state.notFound")} />
      </Card>
    </Page>
  );
}

function Known({ segment }: { segment: Segment }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(scoredQuery(segment));
  return (
    <Page
      title={t(`segment.${segment}`)}
      subtitle={t(`segmentText.${segment}`)}
      back="/segments"
      actions={
        <Link to="/customers" search={{ segment }} className={buttonClass()}>
          {t("rfm.show")}
        </Link>
      }
    >
      <Card title={t("rfm.advice")}>
        <p>{t(`segmentAdvice.${segment}`)}</p>
      </Card>
      <Card flush>
        <Listing query={query} empty={<Empty title={t("customer.none")} />}>
          {(scores) => <Scores scores={scores} />}
        </Listing>
      </Card>
    </Page>
  );
}

function Scores({ scores }: { scores: Scored[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useNameOf();
  return (
    <Table
      label={t("nav.customers")}
      rows={scores}
      keyOf={(score) => score.customer_id}
      columns={[
        {
          title: t("customer.name"),
          cell: ({ customer, customer_id }) => (
            <Link
              to="/customers/$customerId"
              params={{ customerId: customer_id }}
              className="font-medium hover:underline"
            >
              {customer ? nameOf(customer) : t("customer.anonymous")}
            </Link>
          ),
        },
        ...(["recency", "frequency", "money"] as const).map((each) => ({
          title: t(`rfm.${each}`),
          end: true,
          wide: true,
          cell: (score: Scored) => format.number(score[each]),
        })),
        { title: t("nav.orders"), end: true, cell: ({ orders }) => format.number(orders) },
        { title: t("rfm.spent"), end: true, cell: ({ spend }) => format.money(spend, null) },
      ]}
    />
  );
}
