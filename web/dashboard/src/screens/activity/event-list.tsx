import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Icon, type IconName } from "../../ui/icon";
import { useNameOf } from "../customers/name";
import { Author } from "./author";
import { type Event, wireId } from "./data";
import { type Names, useNames } from "./names";

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
  branding: "settings",
  unit: "settings",
  tiers: "settings",
  campaign: "campaign",
  referrals: "settings",
  game: "settings",
  onboarding: "settings",
  usage: "alert",
  staff: "customers",
  store: "settings",
  api_key: "settings",
};

interface Props {
  events: Event[];
  /** On a customer's own page the customer needs no link. */
  ofCustomer?: boolean;
}

export function EventList({ events, ofCustomer = false }: Props) {
  const names = useNames(events, ofCustomer);
  return (
    <ul>
      {events.map((event) => (
        <Line key={event.id} event={event} names={names} ofCustomer={ofCustomer} />
      ))}
    </ul>
  );
}

interface LineProps {
  event: Event;
  names: Names;
  ofCustomer: boolean;
}

function Line({ event, names, ofCustomer }: LineProps) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const key = nameOfEvent(event);
  return (
    <li className="flex items-start gap-3 border-t border-line px-4 py-2.5 first:border-0">
      <span className="mt-0.5 text-muted">
        <Icon name={ICONS[event.type.split(".")[0] ?? ""] ?? "activity"} />
      </span>
      <div className="min-w-0 flex-1">
        <p>{i18n.exists(key) ? t(key) : event.type}</p>
        <p className="flex flex-wrap gap-x-3 text-xs break-words text-muted">
          <time dateTime={event.occurred_at} title={format.instant(event.occurred_at)}>
            {format.ago(event.occurred_at)}
          </time>
          <Links event={event} names={names} ofCustomer={ofCustomer} />
          {event.author && <Author author={event.author} />}
        </p>
      </div>
      <Amount event={event} />
    </li>
  );
}

/** The stamps of a card are counted in the same books as points, and are none. */
function isOfStamps(data: Event["data"]): boolean {
  return typeof data.unit === "string" && data.unit.startsWith("card-");
}

const MOVES: Record<string, string> = {
  "points.earned": "entry.earn",
  "points.redeemed": "entry.redeem",
  "points.expired": "entry.expire",
  "points.adjusted": "entry.adjust",
  "points.clawed_back": "entry.refund",
  "points.restored": "entry.restore",
  "points.merged": "entry.merge",
};

/** The key of what an event is called. */
function nameOfEvent({ type, data }: Event): string {
  const ofStamps = isOfStamps(data) ? MOVES[type] : undefined;
  return ofStamps ?? `event.${type.replace(".", "_")}`;
}

const LINK = "min-w-0 text-accent hover:underline";

function Links({ event, names, ofCustomer }: LineProps) {
  const { t } = useTranslation();
  const nameOf = useNameOf();
  const orderId = orderOf(event);
  const about = names.about(event);
  const customer = event.customer_id ? names.customers.get(event.customer_id) : undefined;
  return (
    <>
      {event.customer_id && !ofCustomer && (
        <Link
          to="/customers/$customerId"
          params={{ customerId: event.customer_id }}
          className={LINK}
        >
          <bdi>{customer ? nameOf(customer) : t("activity.customer")}</bdi>
        </Link>
      )}
      {orderId && (
        <Link to="/orders/$orderId" params={{ orderId }} className={LINK}>
          {t("activity.order")}
        </Link>
      )}
      {about?.reward ? (
        <Link to="/rewards/$rewardId" params={{ rewardId: about.reward }} className={LINK}>
          <bdi>{about.name}</bdi>
        </Link>
      ) : about?.campaign ? (
        <Link to="/campaigns/$campaignId" params={{ campaignId: about.campaign }} className={LINK}>
          <bdi>{about.name}</bdi>
        </Link>
      ) : (
        about && <bdi>{about.name}</bdi>
      )}
    </>
  );
}

function orderOf({ data }: Event): string | null {
  return wireId("ord", data.order_id ?? (data.source_kind === "order" ? data.source_id : null));
}

function Amount({ event: { type, data } }: { event: Event }) {
  const format = useFormat();
  if (type.startsWith("points.") && typeof data.amount === "number") {
    const amount = isOfStamps(data)
      ? format.amount(data.amount, String(data.unit))
      : format.change(data.amount);
    return <span className="font-semibold tabular-nums">{amount}</span>;
  }
  const money = data.total ?? data.amount;
  if (type.startsWith("order.") && typeof money === "string") {
    const currency = typeof data.currency === "string" ? data.currency : null;
    return <span className="tabular-nums">{format.money(money, currency)}</span>;
  }
  return null;
}
