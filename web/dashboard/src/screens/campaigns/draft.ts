import { instantOf, wallTime } from "../../i18n/wall-time";
import type { Campaign, Effect, Rule } from "./data";

export type Kind = Effect["kind"];

/** A campaign as the form holds it: times by the merchant's clocks, lists as they are typed. */
export interface Draft {
  name: string;
  kind: Kind;
  factor: string;
  points: number;
  goal: string;
  starts: string;
  ends: string;
  segments: string[];
  tiers: string[];
  stores: string[];
  weekdays: string[];
  channels: string;
  products: string;
  collections: string;
  minimum: string;
  firstOrder: boolean;
  budget: string;
  holdout: number;
}

const HOUR_MS = 3_600_000;

export function emptyDraft(zone: string): Draft {
  const nextHour = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  return {
    name: "",
    kind: "multiplier",
    factor: "2",
    points: 50,
    goal: "100",
    starts: wallTime(new Date(nextHour).toISOString(), zone),
    ends: "",
    segments: [],
    tiers: [],
    stores: [],
    weekdays: [],
    channels: "",
    products: "",
    collections: "",
    minimum: "",
    firstOrder: false,
    budget: "",
    holdout: 0,
  };
}

export function draftOf({ rule, budget }: Campaign, zone: string): Draft {
  const { effect, conditions } = rule;
  const drawn = emptyDraft(zone);
  return {
    ...drawn,
    name: rule.name,
    kind: effect.kind,
    factor: effect.kind === "multiplier" ? effect.factor : drawn.factor,
    points: effect.kind === "multiplier" ? drawn.points : effect.points,
    goal: effect.kind === "goal" ? effect.spend : drawn.goal,
    starts: wallTime(rule.starts_at, zone),
    ends: rule.ends_at ? wallTime(rule.ends_at, zone) : "",
    segments: [...(conditions.segments ?? [])],
    tiers: [...(conditions.tiers ?? [])],
    stores: [...(conditions.stores ?? [])],
    weekdays: (conditions.weekdays ?? []).map(String),
    channels: (conditions.channels ?? []).join(", "),
    products: (conditions.products ?? []).join(", "),
    collections: (conditions.collections ?? []).join(", "),
    minimum: Number(conditions.minimum_spend ?? 0) ? String(conditions.minimum_spend) : "",
    firstOrder: conditions.first_order ?? false,
    budget: budget === null ? "" : String(budget),
    holdout: rule.holdout ?? 0,
  };
}

/**
 * The rule that a draft stands for; null while it has no beginning.
 *
 * Times that nobody has touched stay what they were in `before`, to the second.
 */
export function ruleOf(
  draft: Draft,
  state: Rule["state"],
  zone: string,
  before?: Rule,
): Rule | null {
  if (!draft.starts) return null;
  return {
    name: draft.name,
    state,
    starts_at: instantOf(draft.starts, zone, before?.starts_at),
    ends_at: draft.ends ? instantOf(draft.ends, zone, before?.ends_at) : null,
    effect: effectOf(draft),
    conditions: {
      segments: draft.segments,
      tiers: draft.tiers,
      stores: draft.stores,
      weekdays: draft.weekdays.map(Number).sort(),
      channels: listOf(draft.channels),
      products: listOf(draft.products),
      collections: listOf(draft.collections),
      minimum_spend: draft.minimum || "0",
      first_order: draft.firstOrder,
    },
    holdout: draft.holdout,
  };
}

export function budgetOf(draft: Draft): number | null {
  return draft.budget ? Number(draft.budget) : null;
}

function effectOf({ kind, factor, points, goal }: Draft): Effect {
  if (kind === "multiplier") return { kind, factor: factor || "1" };
  return kind === "bonus" ? { kind, points } : { kind, points, spend: goal || "0" };
}

function listOf(typed: string): string[] {
  return [
    ...new Set(
      typed
        .split(/[,\n]/)
        .map((each) => each.trim())
        .filter(Boolean),
    ),
  ];
}
