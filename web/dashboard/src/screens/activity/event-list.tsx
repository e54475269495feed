import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Icon, type IconName } from "../../ui/icon";
import type { Event } from "./data";

const ICONS: Record<string, IconName> = {
  points: "earning",
  order: "orders",
  customer: "customers",
  reward: "rewards",
  tier: "customers",
  segment: "customers",
  referral: "referrals",
  badge: "earning",
  program: "settings",
  tiers: "settings",
  campaign: "campaign",
  referrals: "settings",
  game: "settings",
  onboarding: "settings",
  usage: "alert",
};

interface Props {
  events: Event[];
  /** On a customer's own page the customer needs no link. */
  ofCustomer?: boolean;
}

export function EventList({ events, ofCustomer }: Props) {
  return (
    <ul>
      {events.map((event) => (
        <Line key={event.id} event={event} ofCustomer={ofCustomer ?? false} />
      ))}
    </ul>
  );
}

function Line({ event, ofCustomer }: { event: Event; ofCustomer: boolean }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const key = `event.${event.type.replace(".", "_")}`;
  return (
    <li className="flex items-start gap-3 border-t border-line px-4 py-2.5 first:border-0">
      <span className="mt-0.5 text-muted">
        <Icon name={ICONS[event.type.split(".")[0] ?? ""] ?? "activity"} />
      </span>
      <div className="min-w-0 flex-1">
        <p>{i18n.exists(key) ? t(key) : event.type}</p>
        <p className="flex flex-wrap gap-x-3 text-xs text-muted">
          <time dateTime={event.occurred_at} title={format.instant(event.occurred_at)}>
            {format.ago(event.occurred_at)}
          </time>
          <Links event={event} ofCustomer={ofCustomer} />
        </p>
      </div>
      <Amount event={event} />
    </li>
  );
}

function Links({ event, ofCustomer }: { event: Event; ofCustomer: boolean }) {
  const { t } = useTranslation();
  const orderId = orderOf(event);
  return (
    <>
      {event.customer_id && !ofCustomer && (
        <Link
          to="/customers/$customerId"
          params={{ customerId: event.customer_id }}
          className="text-accent hover:underline"
        >
          {t("activity.customer")}
        </Link>
      )}
      {orderId && (
        <Link to="/orders/$orderId" params={{ orderId }} className="text-accent hover:underline">
          {t("activity.order")}
        </Link>
      )}
    </>
  );
}

function orderOf({ data }: Event): string | null {
  if (typeof data.order_id === "string") return data.order_id;
  return data.source_kind === "order" && typeof data.source_id === "string" ? data.source_id : null;
}

function Amount({ event: { type, data } }: { event: Event }) {
  const format = useFormat();
  if (type.startsWith("points.") && typeof data.amount === "number") {
    return <span className="font-semibold tabular-nums">{format.change(data.amount)}</span>;
  }
  const money = data.total ?? data.amount;
  if (type.startsWith("order.") && typeof money === "string") {
    const currency = typeof data.currency === "string" ? data.currency : null;
    return <span className="tabular-nums">{format.money(money, currency)}</span>;
  }
  return null;
}
