import { infiniteQueryOptions, queryOptions, useQuery } from "@tanstack/react-query";
import type { Config } from "../../../../widget/src/types";
import { api, read, type Schemas } from "../../api/client";
import type { Language } from "../../i18n/languages";
import { paged } from "../../ui/listing";
import type { Shown } from "./routes";

export type { Config };
export type Site = Schemas["SiteView"];
type Whole<T> = { [K in keyof T]-?: NonNullable<T[K]> };
/** All of it, as the server answers. */
export interface Settings {
  widget: Omit<Whole<Schemas["Widget"]>, "pages"> & { pages: Required<Schemas["Pages"]> };
  points: Required<Schemas["PointsOn"]>;
}
export type Nudge = Schemas["NudgeView"];
export type Terms = Required<Schemas["NudgeTerms"]>;
export type Words = Schemas["Words"];
export type Kind = Terms["kind"];
export type Place = Terms["where"][number];
export type Capture = Schemas["CaptureView"];

export const KINDS: readonly Kind[] = [
  "sticky_bar",
  "discount_banner",
  "popup",
  "email_capture",
  "after_purchase",
  "note",
];
export const PLACES: readonly Place[] = ["any", "home", "product", "cart", "thanks", "account"];
export const AUDIENCES: readonly Terms["audience"][] = ["anyone", "guest", "member"];

export const siteQuery = queryOptions({
  queryKey: ["on-site", "site"],
  queryFn: () => read(api.GET("/v1/api/content/site")),
});

export function saveSite(settings: Settings, version: number): Promise<Site> {
  return read(api.PUT("/v1/api/content/site", { body: { settings, version } }));
}

/** What a page of the shop is told of the program, as it stands. */
export const configQuery = (language: Language) =>
  queryOptions({
    queryKey: ["on-site", "config", language],
    queryFn: () =>
      read<Config>(
        api.GET("/v1/api/content/config", { params: { query: { language } } }) as Promise<{
          data?: Config;
          response: Response;
        }>,
      ),
  });

export const nudgesQuery = (state: Shown | undefined) =>
  queryOptions({
    queryKey: ["on-site", "nudges", state ?? "all"],
    queryFn: () =>
      read(api.GET("/v1/api/content/nudges", { params: { query: state ? { state } : {} } })),
  });

export const nudgeQuery = (id: string) =>
  queryOptions({
    queryKey: ["on-site", "nudge", id],
    queryFn: () =>
      read(api.GET("/v1/api/content/nudges/{nudge_id}", { params: { path: { nudge_id: id } } })),
  });

/** Makes a nudge this from now on; refused if somebody else has changed it meanwhile. */
export function saveNudge(
  { id, version }: Pick<Nudge, "id" | "version">,
  terms: Nudge["terms"],
  state: Nudge["state"],
): Promise<Nudge> {
  const params = { path: { nudge_id: id } };
  return read(
    api.PUT("/v1/api/content/nudges/{nudge_id}", { params, body: { terms, state, version } }),
  );
}

export const capturesQuery = (nudge: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ["on-site", "captures", nudge ?? "all"],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/content/captures", {
          params: {
            query: {
              ...(nudge ? { nudge_id: nudge } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    ...paged,
  });

/** The addresses as a table, saved as a file. Raises ProblemError. */
export async function exportCaptures(nudge: string | undefined): Promise<void> {
  const table = await read(
    api.GET("/v1/api/content/captures/export", {
      params: { query: nudge ? { nudge_id: nudge } : {} },
      parseAs: "blob",
    }),
  );
  const link = document.createElement("a");
  link.href = URL.createObjectURL(table as Blob);
  link.download = "addresses.csv";
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The domain of the first shop that is connected: null where there is none. */
export function useShopDomain(): string | null | undefined {
  const stores = useQuery({
    queryKey: ["stores", "first"],
    queryFn: () => read(api.GET("/v1/api/stores", { params: { query: { limit: 200 } } })),
  }).data?.items;
  return stores && (stores.find((each) => !each.uninstalled_at)?.domain ?? null);
}
