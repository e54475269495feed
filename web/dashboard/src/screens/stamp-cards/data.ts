import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import type { Tone } from "../../ui/badge";
import { paged } from "../../ui/listing";

export type Program = Schemas["CardProgramView"];
export type State = Schemas["ProgramState"];
export type Terms = Schemas["CardTerms-Input"];
export type HeldCard = Schemas["CardView"];
export type Stamp = Schemas["StampView"];

export const TONES: Record<State, Tone> = {
  draft: "plain",
  active: "good",
  paused: "warn",
  archived: "plain",
};

/** All of them: a merchant has a handful. What is put away comes last. */
export const programsQuery = queryOptions({
  queryKey: ["card-programs", "all"],
  queryFn: async () => {
    const { items } = await read(api.GET("/v1/api/card-programs"));
    const away = ({ state }: Program) => Number(state === "archived");
    return [...items].sort((one, other) => away(one) - away(other));
  },
});

export const programQuery = (id: string) =>
  queryOptions({
    queryKey: ["card-programs", id],
    queryFn: () =>
      read(
        api.GET("/v1/api/card-programs/{card_program_id}", {
          params: { path: { card_program_id: id } },
        }),
      ),
  });

/** What other terms would mean for the cards in circulation. */
export const circulationQuery = (id: string, terms: Terms) =>
  queryOptions({
    queryKey: ["card-programs", id, "preview", terms],
    queryFn: () =>
      read(
        api.POST("/v1/api/card-programs/{card_program_id}/preview", {
          params: { path: { card_program_id: id } },
          body: { terms },
        }),
      ),
    gcTime: 0,
  });

/** Makes a program this from now on; refused if somebody else has changed it meanwhile. */
export function saveProgram(
  { id, version }: Pick<Program, "id" | "version">,
  terms: Terms,
  state: State,
): Promise<Program> {
  const params = { path: { card_program_id: id } };
  return read(
    api.PUT("/v1/api/card-programs/{card_program_id}", { params, body: { terms, state, version } }),
  );
}

export const cardsQuery = (customerId: string) =>
  queryOptions({
    queryKey: ["cards", customerId],
    queryFn: async () => {
      const params = { path: { customer_id: customerId } };
      return (await read(api.GET("/v1/api/customers/{customer_id}/cards", { params }))).items;
    },
  });

export const stampsQuery = (cardId: string) =>
  infiniteQueryOptions({
    queryKey: ["cards", cardId, "stamps"],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/cards/{card_id}/stamps", {
          params: { path: { card_id: cardId }, query: pageParam ? { cursor: pageParam } : {} },
        }),
      ),
    ...paged,
  });

export function useStateName(): (state: State) => string {
  const { t } = useTranslation();
  return (state) => t(state === "active" ? "switches.on" : `phase.${state}`);
}
