import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { instantOf } from "../../i18n/wall-time";
import { paged } from "../../ui/listing";

export type Event = Schemas["EventOut"];

/** Kinds of events by what they are about: what the filter offers. */
export const KINDS = {
  points: [
    "points.earned",
    "points.redeemed",
    "points.released",
    "points.expired",
    "points.adjusted",
    "points.clawed_back",
    "points.restored",
    "points.merged",
  ],
  orders: ["order.recorded", "order.paid", "order.edited", "order.refunded", "order.cancelled"],
  rewards: [
    "reward.redeemed",
    "reward.given",
    "reward.used",
    "reward.misused",
    "reward.cancelled",
    "reward.expired",
  ],
  customers: [
    "customer.created",
    "customer.enrolled",
    "customer.updated",
    "customer.merged",
    "customer.unmerged",
    "customer.told_apart",
    "customer.erased",
    "privacy_request.opened",
    "privacy_request.answered",
    "privacy_request.reopened",
    "tier.reached",
    "tier.lost",
    "segment.entered",
    "segment.left",
    "referral.created",
    "referral.completed",
    "referral.reopened",
    "referral.expired",
    "referral.rejected",
    "badge.awarded",
    "badge.lost",
  ],
  program: [
    "program.changed",
    "program.switched",
    "branding.changed",
    "page.changed",
    "unit.expiry_changed",
    "unit.renamed",
    "tiers.changed",
    "campaign.created",
    "campaign.changed",
    "campaign.used_up",
    "referrals.changed",
    "game.changed",
    "reward.saved",
    "store.uninstalled",
    "onboarding.dismissed",
    "onboarding.restored",
    "usage.threshold_reached",
    "text.mended",
    "text.reviewed",
  ],
  staff: [
    "staff.invited",
    "staff.joined",
    "staff.role_changed",
    "staff.suspended",
    "staff.restored",
    "staff.removed",
    "staff.erased",
    "staff.link_made",
    "staff.password_changed",
    "staff.signed_out",
    "api_key.created",
    "api_key.revoked",
  ],
} as const;

/** What the page is narrowed to, as its address says it, so that a view can be passed on. */
export interface Filters {
  /** A group of kinds, or a single one. */
  type?: string;
  customer?: string;
  store?: string;
  /** The first and the last day ("2026-11-21"), by the merchant's calendar. */
  from?: string;
  to?: string;
}

export interface Wanted {
  type?: string[] | undefined;
  customer?: string | undefined;
  store?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  limit?: number;
}

/** What is asked for: groups as their kinds, days as the instants at which they begin and end. */
export function wantedOf({ type, customer, store, from, to }: Filters, zone: string): Wanted {
  const kind = type && type in KINDS ? (type as keyof typeof KINDS) : undefined;
  return {
    type: kind ? [...KINDS[kind]] : type ? [type] : undefined,
    customer,
    store,
    since: from ? instantOf(`${from}T00:00`, zone) : undefined,
    until: to ? instantOf(`${dayAfter(to)}T00:00`, zone) : undefined,
  };
}

/** Whether an event that has just come belongs to what is shown. */
export function belongs(event: Event, { type, customer, store, since, until }: Wanted): boolean {
  return (
    (!type || type.includes(event.type)) &&
    (!customer || customer === event.customer_id) &&
    (!store || store === wireId("sto", event.data.store_id)) &&
    (!since || Date.parse(event.occurred_at) >= Date.parse(since)) &&
    (!until || Date.parse(event.occurred_at) < Date.parse(until))
  );
}

/** An id as addresses have it; the log holds them bare. */
export function wireId(prefix: string, id: unknown): string | null {
  if (typeof id !== "string") return null;
  return id.startsWith(`${prefix}_`) ? id : `${prefix}_${id.replaceAll("-", "")}`;
}

export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

export function eventsQuery({ limit = 30, ...wanted }: Wanted) {
  return infiniteQueryOptions({
    queryKey: ["events", wanted, limit],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/activity", {
          params: {
            query: {
              limit,
              ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value)),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    ...paged,
  });
}
