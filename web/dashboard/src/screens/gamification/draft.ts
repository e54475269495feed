import { instantOf, wallTime } from "../../i18n/wall-time";
import { keyOf } from "../../ui/key";
import type { Badge, Goal, Measure } from "./data";

/** A badge as the form holds it: times by the merchant's clocks, the goal in its parts. */
export interface Draft {
  name: string;
  description: string;
  names: Record<string, string>;
  descriptions: Record<string, string>;
  colour: string;
  /** Empty: it is given by hand alone. */
  measure: Measure | "";
  target: string;
  /** Whether it has its time. */
  timed: boolean;
  starts: string;
  ends: string;
  points: number;
}

const HOUR_MS = 3_600_000;
const MONTH_MS = 30 * 24 * HOUR_MS;

export function emptyDraft(challenge: boolean, zone: string): Draft {
  const nextHour = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  const wall = (at: number) => wallTime(new Date(at).toISOString(), zone);
  return {
    name: "",
    description: "",
    names: {},
    descriptions: {},
    colour: "#2c6ecb",
    measure: "orders",
    target: "3",
    timed: challenge,
    starts: challenge ? wall(nextHour) : "",
    ends: challenge ? wall(nextHour + MONTH_MS) : "",
    points: 0,
  };
}

export function draftOf(badge: Badge, zone: string): Draft {
  const { goal } = badge;
  const wall = (at: string | null | undefined) => (at ? wallTime(at, zone) : "");
  return {
    ...badge,
    description: badge.description ?? "",
    measure: goal?.measure ?? "",
    target: goal?.target ?? "3",
    timed: Boolean(goal?.starts_at || goal?.ends_at),
    starts: wall(goal?.starts_at),
    ends: wall(goal?.ends_at),
  };
}

/** The badge that a draft stands for. Times that nobody touched stay what they were in `before`. */
export function badgeOf(draft: Draft, zone: string, taken: Set<string>, before?: Badge): Badge {
  const goal = goalOf(draft, zone, before?.goal ?? null);
  return {
    key: before?.key ?? keyOf(draft.name, taken, "badge"),
    name: draft.name.trim(),
    names: said(draft.names),
    description: draft.description.trim() || null,
    descriptions: said(draft.descriptions),
    colour: draft.colour,
    goal,
    points: goal ? draft.points : 0,
    archived: before?.archived ?? false,
  };
}

function goalOf(draft: Draft, zone: string, before: Goal | null): Goal | null {
  const { measure, target, timed, starts, ends } = draft;
  if (!measure) return null;
  return {
    measure,
    target: before && Number(before.target) === Number(target) ? before.target : target,
    starts_at: timed ? instant(starts, zone, before?.starts_at) : null,
    ends_at: timed ? instant(ends, zone, before?.ends_at) : null,
  };
}

function instant(wall: string, zone: string, before: string | null | undefined): string | null {
  if (!wall) return null;
  return before && wallTime(before, zone) === wall ? before : instantOf(wall, zone);
}

function said(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim()));
}
