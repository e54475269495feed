import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { useProblemText } from "../../i18n/problems";
import { paged } from "../../ui/listing";
import { tell, warn } from "../../ui/notice";

export type Stamper = Schemas["StamperView"];
export type Offer = Schemas["PairingOffer"];
export type Clerk = Schemas["ClerkView"];
export type Held = Schemas["HeldIntent"];
export type Alert = Schemas["OddAlert"];

/** Everything of this screen, so that a change has it asked for anew. */
export const COUNTER = ["counter"] as const;

export const stampersQuery = queryOptions({
  queryKey: [...COUNTER, "stampers"],
  queryFn: async () => (await read(api.GET("/v1/api/stampers"))).items,
});

export const clerksQuery = queryOptions({
  queryKey: [...COUNTER, "clerks"],
  queryFn: async () => (await read(api.GET("/v1/api/clerks"))).items,
});

export const settingsQuery = queryOptions({
  queryKey: [...COUNTER, "settings"],
  queryFn: () => read(api.GET("/v1/api/counter/settings")),
});

export const heldQuery = infiniteQueryOptions({
  queryKey: [...COUNTER, "held"],
  queryFn: ({ pageParam }) =>
    read(
      api.GET("/v1/api/counter/held", {
        params: { query: pageParam ? { cursor: pageParam } : {} },
      }),
    ),
  ...paged,
});

export const alertsQuery = (seen: boolean) =>
  infiniteQueryOptions({
    queryKey: [...COUNTER, "alerts", seen],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/counter/alerts", {
          params: { query: { seen, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    ...paged,
  });

/** A change at the counter: what is shown is asked for anew, what is refused is said. */
export function useChange<Asked>(change: (asked: Asked) => Promise<unknown>, told?: string) {
  const queries = useQueryClient();
  const text = useProblemText();
  return useMutation({
    mutationFn: change,
    onSuccess: () => {
      if (told) tell(told);
    },
    onError: (error) => warn(text(error)),
    onSettled: () => queries.invalidateQueries({ queryKey: COUNTER }),
  });
}
