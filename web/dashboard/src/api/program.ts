/** What every screen knows of the merchant: read once, remembered. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, read, type Schemas } from "./client";

const ONCE_MS = 10 * 60_000;

export const merchantQuery = queryOptions({
  queryKey: ["merchant"],
  queryFn: () => read(api.GET("/v1/api/merchant")),
  staleTime: ONCE_MS,
});

export const identityQuery = queryOptions({
  queryKey: ["identity"],
  queryFn: () => read(api.GET("/v1/api/auth/me")),
  staleTime: ONCE_MS,
});

/** By unit and language: singular, plural. */
export type UnitNames = Record<string, Record<string, string[]>>;

const unitsQuery = queryOptions({
  queryKey: ["units"],
  queryFn: () => read(api.GET("/v1/api/units")),
  staleTime: ONCE_MS,
  select: (found) => Object.fromEntries(found.items.map((unit) => [unit.code, unit.names])),
});

const NO_UNITS = {};

export function useMerchant(): Schemas["MerchantView"] | undefined {
  return useQuery(merchantQuery).data;
}

export function useUnits(): UnitNames {
  return useQuery(unitsQuery).data ?? NO_UNITS;
}

/** Whether the person who is signed in may do this. The server decides; this hides dead ends. */
export function useMay(scope: Schemas["Scope"]): boolean {
  return useQuery(identityQuery).data?.scopes.includes(scope) ?? false;
}
