import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { paged } from "../../ui/listing";
import type { Status } from "./words";

export type Referral = Schemas["ReferralView"];
export type Settings = Required<Schemas["ReferralSettings-Output"]>;

interface Wanted {
  status?: Status;
  owed?: true;
  review?: "waiting";
  customer_id?: string;
  friend_customer_id?: string;
  limit?: number;
}

export function referralsQuery(wanted: Wanted) {
  return infiniteQueryOptions({
    queryKey: ["referrals", "list", wanted],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/referrals/status", {
          params: { query: { ...wanted, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    ...paged,
  });
}

/** What lapsed or was refused by itself needs nobody's word any more. */
export const QUEUE = { status: "pending", review: "waiting" } as const;

export function figuresQuery(first: string) {
  return queryOptions({
    queryKey: ["referrals", "figures", first],
    queryFn: () => read(api.GET("/v1/api/referrals/analytics", { params: { query: { first } } })),
  });
}

export const settingsQuery = queryOptions({
  queryKey: ["referrals", "settings"],
  queryFn: () => read(api.GET("/v1/api/referrals/settings")),
});

export function advocateQuery(customer_id: string) {
  return queryOptions({
    queryKey: ["referrals", "advocate", customer_id],
    queryFn: () =>
      read(api.GET("/v1/api/referrals/advocate", { params: { query: { customer_id } } })),
  });
}
