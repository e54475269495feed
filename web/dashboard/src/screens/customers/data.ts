import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { paged } from "../../ui/listing";

export type Customer = Schemas["CustomerView"];
export type Entry = Schemas["EntryView"];

export function customersQuery(q: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ["customers", "list", q ?? ""],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/customers", {
          params: { query: { ...(q ? { q } : {}), ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    ...paged,
  });
}

export function customerQuery(customerId: string) {
  return queryOptions({
    queryKey: ["customers", customerId],
    queryFn: () =>
      read(
        api.GET("/v1/api/customers/{customer_id}", {
          params: { path: { customer_id: customerId } },
        }),
      ),
  });
}

export function entriesQuery(customerId: string) {
  return infiniteQueryOptions({
    queryKey: ["customers", customerId, "entries"],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/customers/{customer_id}/entries", {
          params: {
            path: { customer_id: customerId },
            query: pageParam ? { cursor: pageParam } : {},
          },
        }),
      ),
    ...paged,
  });
}

export function ordersOfQuery(customerId: string) {
  return infiniteQueryOptions({
    queryKey: ["customers", customerId, "orders"],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/customers/{customer_id}/orders", {
          params: {
            path: { customer_id: customerId },
            query: pageParam ? { cursor: pageParam } : {},
          },
        }),
      ),
    ...paged,
  });
}

export const candidatesQuery = queryOptions({
  queryKey: ["candidates"],
  queryFn: () => read(api.GET("/v1/api/merge-candidates")),
});

/** Spendable points, of whoever has some. */
export function pointsOf(customer: Customer): number {
  return customer.accounts.find((account) => account.unit === "points")?.available ?? 0;
}
