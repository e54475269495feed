import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { paged } from "../../ui/listing";
import { type Customer, readByIds } from "../customers/data";

export type Score = Schemas["ScoreView"];
export type Segment = Schemas["Segment"];

/** A score, and whose it is. */
export interface Scored extends Score {
  customer: Customer | undefined;
}

/** From the best to those who are gone. */
export const SEGMENTS: readonly Segment[] = [
  "champions",
  "loyal",
  "potential_loyal",
  "new",
  "promising",
  "needs_attention",
  "at_risk",
  "cant_lose",
  "hibernating",
  "lost",
];

export const segmentsQuery = queryOptions({
  queryKey: ["segments"],
  queryFn: () => read(api.GET("/v1/api/rfm/segments")),
});

export function scoredQuery(segment: Segment) {
  return infiniteQueryOptions({
    queryKey: ["segments", segment],
    queryFn: async ({ pageParam }) => {
      const page = await read(
        api.GET("/v1/api/rfm/segments/{segment}/customers", {
          params: { path: { segment }, query: pageParam ? { cursor: pageParam } : {} },
        }),
      );
      const ids = page.items.map((score) => score.customer_id);
      const people = ids.length > 0 ? await readByIds(ids) : undefined;
      return {
        ...page,
        items: page.items.map(
          (score): Scored => ({ ...score, customer: people?.get(score.customer_id) }),
        ),
      };
    },
    ...paged,
  });
}
