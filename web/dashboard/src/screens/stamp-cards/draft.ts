import type { Terms } from "./data";

export interface StageDraft {
  /** What tells it from others in every version: it stays whatever else changes. */
  key: string;
  count: string;
  name: string;
  names: Record<string, string>;
  cost: string;
}

/** A card's terms as the form holds them: numbers as they are typed. */
export interface Draft {
  name: string;
  names: Record<string, string>;
  stages: StageDraft[];
  welcome: string;
  birthday: string;
  perAmount: string;
  mostAtOnce: string;
  cooldown: string;
  dailyLimit: string;
  distance: string;
  days: string;
  counted: "last_use" | "each_stamp";
  afterUse: "owe" | "forgive";
  exchange: boolean;
  stamps: string;
  points: string;
  toPoints: boolean;
  toStamps: boolean;
}

export function freshStage(count: number, name = ""): StageDraft {
  const key = crypto.randomUUID().slice(0, 8);
  return { key, count: String(count), name, names: {}, cost: "" };
}

export const EMPTY: Draft = {
  name: "",
  names: {},
  stages: [freshStage(10)],
  welcome: "0",
  birthday: "0",
  perAmount: "",
  mostAtOnce: "10",
  cooldown: "0",
  dailyLimit: "",
  distance: "",
  days: "",
  counted: "last_use",
  afterUse: "owe",
  exchange: false,
  stamps: "10",
  points: "100",
  toPoints: true,
  toStamps: false,
};

export function draftOf(terms: Terms): Draft {
  const { validity, conversion } = terms;
  return {
    name: terms.name,
    names: { ...terms.names },
    stages: terms.stages.map((stage) => ({
      key: stage.key ?? "",
      count: String(stage.count),
      name: stage.name,
      names: { ...stage.names },
      cost: written(stage.cost),
    })),
    welcome: String(terms.welcome_stamps ?? 0),
    birthday: String(terms.birthday_stamps ?? 0),
    perAmount: written(terms.per_amount),
    mostAtOnce: String(terms.most_at_once ?? 10),
    cooldown: String(terms.cooldown_minutes ?? 0),
    dailyLimit: written(terms.daily_limit),
    distance: written(terms.distance_m),
    days: written(validity?.days),
    counted: validity?.counted ?? EMPTY.counted,
    afterUse: terms.after_use ?? EMPTY.afterUse,
    exchange: Boolean(conversion),
    stamps: written(conversion?.stamps) || EMPTY.stamps,
    points: written(conversion?.points) || EMPTY.points,
    toPoints: conversion?.to_points ?? EMPTY.toPoints,
    toStamps: conversion?.to_stamps ?? EMPTY.toStamps,
  };
}

export function termsOf(draft: Draft): Terms {
  const { days, counted, exchange, toPoints, toStamps } = draft;
  return {
    name: draft.name.trim(),
    names: said(draft.names),
    stages: ordered(draft.stages).map(({ key, count, name, names, cost }) => ({
      key,
      count: Number(count),
      name: name.trim(),
      names: said(names),
      cost: cost || null,
    })),
    welcome_stamps: Number(draft.welcome),
    birthday_stamps: Number(draft.birthday),
    per_amount: draft.perAmount || null,
    most_at_once: Number(draft.mostAtOnce) || 1,
    cooldown_minutes: Number(draft.cooldown),
    daily_limit: draft.dailyLimit ? Number(draft.dailyLimit) : null,
    distance_m: draft.distance ? Number(draft.distance) : null,
    validity: days ? { days: Number(days), counted } : null,
    after_use: draft.afterUse,
    conversion: exchange
      ? {
          stamps: Number(draft.stamps),
          points: Number(draft.points),
          to_points: toPoints,
          to_stamps: toStamps,
        }
      : null,
  };
}

/** Stages by their counts; the last one fills the card. */
export function ordered(stages: StageDraft[]): StageDraft[] {
  return [...stages].sort((one, other) => Number(one.count) - Number(other.count));
}

/** Stages whose count another one before them has. */
export function doubled(stages: StageDraft[]): Set<string> {
  const counts = new Set<number>();
  const found = new Set<string>();
  for (const { key, count } of stages) {
    if (counts.has(Number(count))) found.add(key);
    counts.add(Number(count));
  }
  return found;
}

function said(names: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).filter(([, name]) => name.trim()));
}

function written(value: string | number | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}
