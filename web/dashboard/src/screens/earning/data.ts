import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { paged } from "../../ui/listing";

export type Program = Required<Schemas["ProgramSettings-Output"]>;
export type Action = Required<Schemas["ActionRule"]>;
export type Expiry = Required<Schemas["ExpiryPolicy"]>;

export const programQuery = queryOptions({
  queryKey: ["program", "current"],
  queryFn: () => read(api.GET("/v1/api/program")),
});

export const switchesQuery = queryOptions({
  queryKey: ["program", "switches"],
  queryFn: () => read(api.GET("/v1/api/program/switches")),
});

export const versionsQuery = infiniteQueryOptions({
  queryKey: ["program", "versions"],
  queryFn: ({ pageParam }) =>
    read(
      api.GET("/v1/api/program/versions", {
        params: { query: { limit: 10, ...(pageParam ? { cursor: pageParam } : {}) } },
      }),
    ),
  ...paged,
});

export const pointsUnitQuery = queryOptions({
  queryKey: ["units", "points"],
  queryFn: async () => {
    const { items } = await read(api.GET("/v1/api/units"));
    return items.find((unit) => unit.code === "points") ?? null;
  },
});
