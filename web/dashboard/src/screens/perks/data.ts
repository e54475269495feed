import { queryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";

export type Perk = Schemas["PerkView"];
export type Terms = Perk["terms"];
export type Kind = Terms["kind"];
export type State = Perk["state"];

export const KINDS: readonly Kind[] = ["early_access", "reward", "other"];

/** All of them: there are a hundred at most, and no pages. What is put away comes last. */
export const perksQuery = queryOptions({
  queryKey: ["perks", "all"],
  queryFn: async () => {
    const { items } = await read(api.GET("/v1/api/content/perks"));
    const away = ({ state }: Perk) => Number(state === "archived");
    return [...items].sort((one, other) => away(one) - away(other));
  },
});

export const perkQuery = (id: string) =>
  queryOptions({
    queryKey: ["perks", id],
    queryFn: () =>
      read(api.GET("/v1/api/content/perks/{perk_id}", { params: { path: { perk_id: id } } })),
  });

/** Makes a perk this from now on; refused if somebody else has changed it meanwhile. */
export function savePerk(
  { id, version }: Pick<Perk, "id" | "version">,
  terms: Terms,
  state: State,
): Promise<Perk> {
  const params = { path: { perk_id: id } };
  return read(
    api.PUT("/v1/api/content/perks/{perk_id}", { params, body: { terms, state, version } }),
  );
}
