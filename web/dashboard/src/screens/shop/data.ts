import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { paged } from "../../ui/listing";

export type Metrics = Schemas["ShopMetricsView"];
export type Late = Schemas["LateGuestView"];

/** What the page shows, as its address says it. */
export interface Wanted {
  /** The first and the last day ("2026-11-21"), by the merchant's calendar. */
  from?: string;
  to?: string;
  store?: string;
}

/** What all figures of the shop are asked for under. */
export const SHOP = ["shop"] as const;

export function metricsQuery({ from, to, store }: Wanted) {
  return queryOptions({
    queryKey: [...SHOP, "metrics", from, to, store],
    queryFn: () =>
      read(
        api.GET("/v1/api/dashboard/metrics", {
          params: {
            query: {
              ...(from ? { from } : {}),
              ...(to ? { to } : {}),
              ...(store ? { store_id: store } : {}),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function lateQuery(store: string | undefined) {
  return infiniteQueryOptions({
    queryKey: [...SHOP, "late", store],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/visits/at-risk", {
          params: {
            query: {
              limit: 10,
              ...(store ? { store_id: store } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    ...paged,
  });
}

/** So many whole days that end with this one. */
export function lastDays(last: string, count: number): string {
  return new Date(Date.parse(`${last}T00:00Z`) - (count - 1) * 86_400_000)
    .toISOString()
    .slice(0, 10);
}
