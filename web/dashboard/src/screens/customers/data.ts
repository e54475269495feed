import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { paged } from "../../ui/listing";

export type Customer = Schemas["CustomerView"];
export type Entry = Schemas["EntryView"];

/** What the list is narrowed by: words, or where somebody stands. */
export interface Wanted {
  q?: string;
  tier?: string;
  segment?: string;
}

export function customersQuery(wanted: Wanted) {
  return infiniteQueryOptions({
    queryKey: ["customers", "list", wanted],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/customers", {
          params: { query: { ...wanted, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    ...paged,
  });
}

/** Those whom another list names by their ids alone: one question for all of them. */
export function customersById(ids: string[]) {
  return queryOptions({
    queryKey: ["customers", "by id", ids],
    queryFn: () => readByIds(ids),
    enabled: ids.length > 0,
  });
}

export async function readByIds(ids: string[]): Promise<Map<string, Customer>> {
  const found = await read(api.GET("/v1/api/customers", { params: { query: { id: ids } } }));
  return new Map(found.items.map((customer) => [customer.id, customer]));
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
