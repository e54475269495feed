import { infiniteQueryOptions, queryOptions, useQuery } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { paged } from "../../ui/listing";
import { sendersQuery } from "../senders/data";
import type { State } from "./routes";

export type Journey = Schemas["JourneyView"];
export type Plan = Journey["plan"];
export type Trigger = Plan["trigger"];
export type Step = Plan["steps"][number];
export type Tell = Extract<Step, { kind: "tell" }>;
export type Gift = NonNullable<Tell["gift"]>;
export type Channel = Tell["channels"][number];
export type Occasion = Tell["occasion"];
export type EndsWhen = Plan["ends_when"][number];
export type Report = Schemas["JourneyReport"];
export type Effect = Schemas["EffectView"];
export type Enrolment = Schemas["EnrolmentView"];
export type Glance = Schemas["JourneyGlance"];
export type Verb = "start" | "pause" | "resume" | "end";

const at = (id: string) => ({ params: { path: { journey_id: id } } });

export const journeysQuery = (state: State | undefined) =>
  infiniteQueryOptions({
    queryKey: ["journeys", "list", state],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/journeys", {
          params: {
            query: { ...(state ? { state } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    ...paged,
  });

/** How several journeys get on, by their ids. */
export const glancesQuery = (ids: string[]) =>
  queryOptions({
    queryKey: ["journeys", "glances", ids],
    enabled: ids.length > 0,
    queryFn: async () => {
      const asked = { params: { query: { journey_id: ids } } };
      const { items } = await read(api.GET("/v1/api/journeys/glances", asked));
      return new Map(items.map((each) => [each.journey_id, each]));
    },
    placeholderData: (before) => before,
  });

export const journeyQuery = (id: string) =>
  queryOptions({
    queryKey: ["journeys", id],
    queryFn: () => read(api.GET("/v1/api/journeys/{journey_id}", at(id))),
  });

export const estimateQuery = ({ id, version }: Pick<Journey, "id" | "version">) =>
  queryOptions({
    queryKey: ["journeys", id, "estimate", version],
    queryFn: () => read(api.GET("/v1/api/journeys/{journey_id}/estimate", at(id))),
    placeholderData: (before) => before,
  });

export const reportQuery = (id: string) =>
  queryOptions({
    queryKey: ["journeys", id, "report"],
    queryFn: () => read(api.GET("/v1/api/journeys/{journey_id}/report", at(id))),
  });

export const enrolmentsQuery = (id: string, underWay: boolean) =>
  infiniteQueryOptions({
    queryKey: ["journeys", id, "enrolments", underWay],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/journeys/{journey_id}/enrolments", {
          params: {
            path: { journey_id: id },
            query: { under_way: underWay, ...(pageParam ? { cursor: pageParam } : {}) },
          },
        }),
      ),
    ...paged,
  });

export const pricesQuery = queryOptions({
  queryKey: ["journeys", "prices"],
  queryFn: async () => (await read(api.GET("/v1/api/journeys/prices"))).prices,
});

/** The channels on which somebody carries the merchant's messages; undefined before it is known. */
export function useCarried(): Set<Channel> | undefined {
  const senders = useQuery(sendersQuery).data;
  return senders && new Set(senders.map(({ channel }) => channel));
}

export const createJourney = (plan: Plan): Promise<Journey> =>
  read(api.POST("/v1/api/journeys", { body: { plan } }));

/** Makes this plan what counts from now on; refused if somebody else has changed it meanwhile. */
export const saveJourney = (id: string, version: number, plan: Plan): Promise<Journey> =>
  read(api.PUT("/v1/api/journeys/{journey_id}", { ...at(id), body: { plan, version } }));

export const turnJourney = (id: string, verb: Verb): Promise<Journey> =>
  read(api.POST(`/v1/api/journeys/{journey_id}/${verb}`, at(id)));

export const savePrices = (prices: Record<string, string>) =>
  read(api.PUT("/v1/api/journeys/prices", { body: { prices } }));
