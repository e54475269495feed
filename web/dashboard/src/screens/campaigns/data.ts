import { infiniteQueryOptions, queryOptions, useQuery } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { paged } from "../../ui/listing";
import { tiersQuery } from "../tiers/data";
import type { Shown } from "./routes";

export type Campaign = Schemas["CampaignView"];
export type Rule = Campaign["rule"];
export type Effect = Rule["effect"];
export type Phase = Campaign["phase"];
export type Report = Schemas["CampaignReport"];

const PHASES: Record<Shown, Phase[]> = {
  running: ["running", "used_up"],
  planned: ["scheduled", "draft"],
  paused: ["paused"],
  ended: ["ended", "archived"],
};

export const campaignsQuery = (show: Shown | undefined) =>
  infiniteQueryOptions({
    queryKey: ["campaigns", "list", show],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/campaigns", {
          params: {
            query: {
              ...(show ? { phase: PHASES[show] } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    ...paged,
  });

export const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: ["campaigns", id],
    queryFn: () =>
      read(api.GET("/v1/api/campaigns/{campaign_id}", { params: { path: { campaign_id: id } } })),
  });

export const reportQuery = (id: string) =>
  queryOptions({
    queryKey: ["campaigns", id, "report"],
    queryFn: () =>
      read(
        api.GET("/v1/api/campaigns/{campaign_id}/report", {
          params: { path: { campaign_id: id } },
        }),
      ),
  });

export const campaignVersionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["campaigns", id, "versions"],
    queryFn: () =>
      read(
        api.GET("/v1/api/campaigns/{campaign_id}/versions", {
          params: { path: { campaign_id: id } },
        }),
      ),
  });

/** Makes this rule what counts from now on; refused if somebody else has changed it meanwhile. */
export function saveCampaign(
  { id, version, budget }: Pick<Campaign, "id" | "version" | "budget">,
  rule: Rule,
): Promise<Campaign> {
  const params = { path: { campaign_id: id } };
  return read(
    api.PUT("/v1/api/campaigns/{campaign_id}", { params, body: { rule, budget, version } }),
  );
}

/** What a campaign's conditions name: key and name of each. */
export interface Named {
  tiers: [string, string][];
  stores: [string, string][];
}

const storesQuery = queryOptions({
  queryKey: ["stores", "first"],
  queryFn: () => read(api.GET("/v1/api/stores", { params: { query: { limit: 200 } } })),
});

export function useNamed(): Named {
  const tiers = useQuery(tiersQuery).data?.ladder.tiers ?? [];
  const stores = useQuery(storesQuery).data?.items ?? [];
  return {
    tiers: tiers.map((tier) => [tier.key, tier.name]),
    stores: stores.map((store) => [store.id, store.name]),
  };
}
