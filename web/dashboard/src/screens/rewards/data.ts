import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { paged } from "../../ui/listing";
import type { State } from "./routes";

export type Reward = Schemas["RewardView"];
export type Terms = Required<Schemas["Terms-Output"]>;
export type Kind = Terms["kind"];
export type RewardState = Schemas["RewardState"];
export type Redemption = Schemas["RedemptionView"];

/** All rewards in the order customers see them in; a catalogue is short and has no pages. */
export const rewardsQuery = queryOptions({
  queryKey: ["rewards", "catalogue"],
  queryFn: async () => (await read(api.GET("/v1/api/rewards"))).items,
});

export function rewardQuery(rewardId: string) {
  return queryOptions({
    queryKey: ["rewards", rewardId],
    queryFn: () =>
      read(api.GET("/v1/api/rewards/{reward_id}", { params: { path: { reward_id: rewardId } } })),
  });
}

interface Wanted {
  state?: State;
  reward?: string;
  customer?: string;
}

export function redemptionsQuery({ state, reward, customer }: Wanted) {
  return infiniteQueryOptions({
    queryKey: ["redemptions", state ?? "", reward ?? "", customer ?? ""],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/redemptions", {
          params: {
            query: {
              ...(state ? { state } : {}),
              ...(reward ? { reward_id: reward } : {}),
              ...(customer ? { customer_id: customer } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    ...paged,
  });
}

/** What a customer can have at any place, and what is in the way of the rest. */
export function offersQuery(customerId: string) {
  return queryOptions({
    queryKey: ["customers", customerId, "rewards"],
    queryFn: async () => {
      const params = { path: { customer_id: customerId }, query: { where: "both" } } as const;
      return (await read(api.GET("/v1/api/customers/{customer_id}/rewards", { params }))).items;
    },
  });
}
