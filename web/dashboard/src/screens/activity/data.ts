import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
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
  rewards: ["reward.redeemed", "reward.used", "reward.cancelled", "reward.expired"],
  customers: [
    "customer.created",
    "customer.enrolled",
    "customer.updated",
    "customer.merged",
    "customer.unmerged",
    "customer.erased",
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
  ],
} as const;

interface Wanted {
  type?: string[] | undefined;
  customer?: string;
  limit?: number;
}

export function eventsQuery(wanted: Wanted) {
  return infiniteQueryOptions({
    queryKey: ["events", wanted],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/events", {
          params: {
            query: {
              latest_first: true,
              limit: wanted.limit ?? 30,
              ...(wanted.type ? { type: wanted.type } : {}),
              ...(wanted.customer ? { customer: wanted.customer } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    ...paged,
  });
}
