import { instantOf, wallTime } from "../../i18n/wall-time";
import type { Kind, Perk, State, Terms } from "./data";

/** A perk as the form holds it: times by the merchant's clocks, products as they are typed. */
export interface Draft {
  kind: Kind;
  state: State;
  name: string;
  text: string;
  names: Record<string, string>;
  descriptions: Record<string, string>;
  tiers: string[];
  starts: string;
  everybody: string;
  link: string;
  products: string;
  reward: string;
}

export const EMPTY: Draft = {
  kind: "early_access",
  state: "draft",
  name: "",
  text: "",
  names: {},
  descriptions: {},
  tiers: [],
  starts: "",
  everybody: "",
  link: "",
  products: "",
  reward: "",
};

export function draftOf({ terms, state }: Pick<Perk, "terms" | "state">, zone: string): Draft {
  return {
    kind: terms.kind,
    state,
    name: terms.name,
    text: terms.text ?? "",
    names: terms.names ?? {},
    descriptions: terms.texts ?? {},
    tiers: [...terms.tiers],
    starts: terms.starts_at ? wallTime(terms.starts_at, zone) : "",
    everybody: terms.everybody_at ? wallTime(terms.everybody_at, zone) : "",
    link: terms.link ?? "",
    products: (terms.products ?? []).join(", "),
    reward: terms.reward_id ?? "",
  };
}

/**
 * What a draft stands for. Of a kind that it is no longer of, nothing is left; times that nobody
 * has touched stay what they were in `before`.
 */
export function termsOf(draft: Draft, zone: string, before?: Terms): Terms {
  const { kind, name, text, names, descriptions, tiers, starts, everybody, link } = draft;
  const early = kind === "early_access";
  const texts = Object.entries(descriptions).filter(([, said]) => said.trim());
  return {
    kind,
    name: name.trim(),
    names,
    text: text.trim() || null,
    texts: Object.fromEntries(texts),
    tiers,
    starts_at: starts ? instantOf(starts, zone, before?.starts_at) : null,
    everybody_at: early && everybody ? instantOf(everybody, zone, before?.everybody_at) : null,
    link: kind === "reward" ? null : link.trim() || null,
    products: early ? productsOf(draft.products) : [],
    reward_id: kind === "reward" ? draft.reward || null : null,
  };
}

function productsOf(typed: string): string[] {
  const named = typed.split(/[,\n]/).map((each) => each.trim());
  return [...new Set(named.filter(Boolean))];
}
