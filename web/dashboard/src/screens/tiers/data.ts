import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useMerchant } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { keyOf } from "../../ui/key";

export type Tier = Required<Schemas["Tier-Output"]>;
export type Ladder = Omit<Schemas["Ladder-Output"], "tiers"> & { tiers: Tier[] };
export type Preview = Schemas["PreviewView"];

export const tiersQuery = queryOptions({
  queryKey: ["tiers", "current"],
  queryFn: () => read(api.GET("/v1/api/tiers")),
});

export const ladderVersionsQuery = queryOptions({
  queryKey: ["tiers", "versions"],
  queryFn: () => read(api.GET("/v1/api/tiers/versions")),
});

/** A tier that is not saved yet has no key: it gets one by its name. */
export const FRESH = "new:";

export function freshTier(name: string, above: Tier | undefined): Tier {
  return {
    key: `${FRESH}${crypto.randomUUID()}`,
    name,
    names: {},
    threshold: above ? String(Number(above.threshold) * 2 || 100) : "0",
    multiplier: "1",
    entry_points: 0,
    perks: [],
    colour: "#8a8a8a",
  };
}

/** The draft as it is sent: lines that were left empty go, and new tiers get their keys. */
export function finished(draft: Ladder): Ladder {
  const taken = new Set(draft.tiers.map((tier) => tier.key));
  return {
    ...draft,
    tiers: draft.tiers.map((tier) => {
      const perks = tier.perks.map((perk) => perk.trim()).filter(Boolean);
      const names = Object.fromEntries(Object.entries(tier.names).filter(([, name]) => name));
      if (!tier.key.startsWith(FRESH)) return { ...tier, perks, names };
      const key = keyOf(tier.name, taken, "tier");
      taken.add(key);
      return { ...tier, key, perks, names };
    }),
  };
}

/** Which thresholds are not above the one before. */
export function misplaced(tiers: Tier[]): Set<string> {
  return new Set(
    tiers
      .filter((tier, n) => n > 0 && Number(tier.threshold) <= Number(tiers[n - 1]?.threshold))
      .map((tier) => tier.key),
  );
}

/** Whether something of a tier has still to be said; its fields then stay open. */
export function incomplete({ name, threshold, multiplier }: Tier): boolean {
  return !name.trim() || threshold === "" || !(Number(threshold) >= 0) || !(Number(multiplier) > 0);
}

/** Two neighbours change places; what it takes to stand at each place stays. */
export function swapped(tiers: Tier[], place: number): Tier[] {
  const [low, high] = [tiers[place], tiers[place + 1]];
  if (!low || !high) return tiers;
  const turned = [...tiers];
  turned[place] = { ...high, threshold: low.threshold };
  turned[place + 1] = { ...low, threshold: high.threshold };
  return turned;
}

/** What is counted, as people say it: "£500.00", "5 orders", "500 points". */
export function useMeasure(): (basis: Ladder["basis"], value: string | number) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const currency = useMerchant()?.currency ?? null;
  return (basis, value) => {
    const count = Number(value);
    if (basis === "spend") return format.money(count, currency);
    if (basis === "points") return format.amount(count);
    return t("tier.orders", { count, shown: format.number(count) });
  };
}

/** A tier's name in the reader's language; one that is gone by its key. */
export function useTierName(): (key: string | null) => string {
  const { t, i18n } = useTranslation();
  const { data } = useQuery(tiersQuery);
  return (key) => {
    if (key === null) return t("tier.none");
    const tier = data?.ladder.tiers.find((each) => each.key === key);
    return tier?.names?.[i18n.language] ?? tier?.name ?? key;
  };
}

const METALS = [
  ["bronze", "#a8642a", "0", "1", 0],
  ["silver", "#8d949b", "200", "1.25", 100],
  ["gold", "#b8860b", "1000", "1.5", 250],
] as const;

/** A ladder to begin with, to be changed before it is saved. */
export function useStarter(): () => Ladder {
  const { t } = useTranslation();
  return () => ({
    enabled: true,
    basis: "spend",
    window: "rolling_12_months",
    grace_days: 30,
    tiers: METALS.map(([metal, colour, threshold, multiplier, entry_points]) => ({
      ...freshTier(t(`tier.${metal}`), undefined),
      key: metal,
      colour,
      threshold,
      multiplier,
      entry_points,
    })),
  });
}
