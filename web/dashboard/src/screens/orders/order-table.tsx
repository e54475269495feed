import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Badge, type Tone } from "../../ui/badge";
import { Table } from "../../ui/table";
import type { Order } from "./data";

export function OrderTable({ orders }: { orders: Order[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table
      label={t("nav.orders")}
      rows={orders}
      keyOf={(order) => order.id}
      columns={[
        {
          title: t("activity.order"),
          cell: (order) => (
            <Link
              to="/orders/$orderId"
              params={{ orderId: order.id }}
              className="font-medium whitespace-nowrap hover:underline"
            >
              <bdi dir="ltr">{numberOf(order)}</bdi>
            </Link>
          ),
        },
        {
          title: t("order.placed"),
          cell: (order) => (order.placed_at ? format.instant(order.placed_at) : "—"),
        },
        { title: t("order.state"), wide: true, cell: (order) => <States order={order} /> },
        {
          title: t("order.total"),
          end: true,
          cell: (order) => (order.total === null ? "—" : format.money(order.total, order.currency)),
        },
      ]}
    />
  );
}

export function numberOf(order: Order): string {
  return order.number ? `#${order.number.replace(/^#/, "")}` : order.external_id;
}

/** Where an order stands, in a word or two. */
export function States({ order }: { order: Order }) {
  const { t } = useTranslation();
  const states: [Tone, string][] = [];
  if (order.cancelled_at) states.push(["danger", t("order.cancelled")]);
  else if (!order.placed_at) states.push(["warn", t("order.notSeen")]);
  else if (order.paid_at) states.push(["good", t("order.paid")]);
  else states.push(["warn", t("order.unpaid")]);
  if (order.fulfilled_at) states.push(["plain", t("order.fulfilled")]);
  if (order.refunds.length) states.push(["warn", t("order.refunded")]);
  return (
    <span className="inline-flex flex-wrap gap-1">
      {states.map(([tone, text]) => (
        <Badge key={text} tone={tone}>
          {text}
        </Badge>
      ))}
    </span>
  );
}
