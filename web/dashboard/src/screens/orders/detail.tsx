import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Awaited } from "../../ui/awaited";
import { Badge } from "../../ui/badge";
import { Card, Facts } from "../../ui/card";
import { Page } from "../../ui/page";
import { Empty } from "../../ui/states";
import { Table } from "../../ui/table";
import { type ExplainedOrder, orderQuery } from "./data";
import { Figures } from "./figures";
import { numberOf, States } from "./order-table";

const route = getRouteApi("/frame/orders/$orderId");

export function Order() {
  const { orderId } = route.useParams();
  const { t } = useTranslation();
  const query = useQuery(orderQuery(orderId));
  if (query.data) return <Known order={query.data} />;
  return <Awaited query={query} title={t("nav.orders")} back="/orders" />;
}

function Known({ order }: { order: ExplainedOrder }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Page title={numberOf(order)} subtitle={<States order={order} />} back="/orders">
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[2fr_1fr]">
        <div className="flex min-w-0 flex-col gap-4">
          <Books order={order} />
          <Lines order={order} />
          {order.refunds.length > 0 && <Refunds order={order} />}
        </div>
        <Card title={t("customer.details")}>
          <Facts
            items={[
              [t("activity.customer"), <Buyer key="buyer" order={order} />],
              [t("order.placed"), order.placed_at ? format.instant(order.placed_at) : "—"],
              [t("order.paid"), order.paid_at ? format.instant(order.paid_at) : "—"],
              [t("order.fulfilled"), order.fulfilled_at ? format.instant(order.fulfilled_at) : "—"],
              ...(order.cancelled_at
                ? [[t("order.cancelled"), format.instant(order.cancelled_at)] as [string, string]]
                : []),
              [t("order.total"), order.total ? format.money(order.total, order.currency) : "—"],
              [t("order.spend"), order.spend ? format.money(order.spend, order.currency) : "—"],
            ]}
          />
        </Card>
      </div>
    </Page>
  );
}

function Buyer({ order }: { order: ExplainedOrder }) {
  const { t } = useTranslation();
  if (!order.customer_id) return <span className="text-muted">{t("order.nobody")}</span>;
  return (
    <Link
      to="/customers/$customerId"
      params={{ customerId: order.customer_id }}
      className="font-medium text-accent hover:underline"
    >
      {t("customer.open")}
    </Link>
  );
}

/** Every entry that the order caused, and the figures behind it. */
function Books({ order }: { order: ExplainedOrder }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card flush title={t("order.books", { points: format.amount(order.points) })}>
      {order.entries.length === 0 ? (
        <Empty title={t("order.noPoints")} />
      ) : (
        <ol>
          {order.entries.map((entry) => (
            <li key={entry.id} className="flex items-start gap-3 border-t border-line px-4 py-3">
              <div className="min-w-0 flex-1">
                <p className="font-medium">{t(`entry.${entry.kind}`)}</p>
                <Figures basis={entry.basis} />
                <p className="text-xs text-muted">{format.instant(entry.occurred_at)}</p>
              </div>
              <span className="font-semibold tabular-nums">{format.change(entry.amount)}</span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

function Lines({ order }: { order: ExplainedOrder }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card flush title={t("order.lines")}>
      <Table
        label={t("order.lines")}
        rows={order.lines}
        keyOf={(line) => line.id}
        columns={[
          {
            title: t("order.product"),
            cell: (line) => (
              <span className="break-all">
                {[line.product, line.variant].filter(Boolean).join(" · ") || line.id}
              </span>
            ),
          },
          {
            title: t("order.quantity"),
            end: true,
            cell: (line) =>
              line.current_quantity === line.quantity ? (
                format.number(line.quantity)
              ) : (
                <>
                  <del className="text-muted">{format.number(line.quantity)}</del>{" "}
                  {format.number(line.current_quantity)}
                </>
              ),
          },
          {
            title: t("order.net"),
            end: true,
            cell: (line) => format.money(line.net, order.currency),
          },
        ]}
      />
    </Card>
  );
}

function Refunds({ order }: { order: ExplainedOrder }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card flush title={t("order.refunds")}>
      <Table
        label={t("order.refunds")}
        rows={order.refunds}
        keyOf={(refund) => refund.id}
        columns={[
          { title: t("order.when"), cell: (refund) => format.instant(refund.occurred_at) },
          {
            title: t("order.state"),
            cell: (refund) => !refund.effective && <Badge tone="warn">{t("order.underWay")}</Badge>,
          },
          {
            title: t("order.amount"),
            end: true,
            cell: (refund) => format.money(refund.amount, order.currency),
          },
        ]}
      />
    </Card>
  );
}
