import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { paged } from "../../ui/listing";

export type Order = Schemas["OrderView"];
export type ExplainedOrder = Schemas["ExplainedOrderView"];

export const latestQuery = infiniteQueryOptions({
  queryKey: ["orders", "latest"],
  queryFn: ({ pageParam }) =>
    read(api.GET("/v1/api/orders", { params: { query: pageParam ? { cursor: pageParam } : {} } })),
  ...paged,
});

export const waitingQuery = infiniteQueryOptions({
  queryKey: ["orders", "waiting"],
  queryFn: ({ pageParam }) =>
    read(
      api.GET("/v1/api/orders/waiting", {
        params: { query: pageParam ? { cursor: pageParam } : {} },
      }),
    ),
  ...paged,
});

export function orderQuery(orderId: string) {
  return queryOptions({
    queryKey: ["orders", orderId],
    queryFn: () =>
      read(api.GET("/v1/api/orders/{order_id}", { params: { path: { order_id: orderId } } })),
  });
}
