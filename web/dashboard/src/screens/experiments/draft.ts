import type { Design, Question, Variant } from "./data";

/** What a visitor should do, told as one choice: a click on what is tried, or what comes of it. */
export const GOALS = [
  "click",
  "join",
  "redeem",
  "refer",
  "subscribe",
  "order",
  "redemption",
] as const;
export type GoalName = (typeof GOALS)[number];

const FIELDS: Record<string, readonly string[]> = {
  launcher: ["launcher"],
  nudge: ["title", "text", "button"],
};
export const LETTERS: Record<string, number> = { launcher: 40, title: 80, text: 300, button: 40 };
export const VARIANTS_AT_MOST = 5;
const KEYS = "abcde";

/** An experiment as the form holds it: shares in hundredths, as they are typed. */
export interface Draft {
  name: string;
  subject: string;
  percent: number;
  variants: Variant[];
  goal: GoalName;
  within: number;
  baseline: string;
  effect: string;
}

export function emptyDraft(): Draft {
  return {
    name: "",
    subject: "launcher",
    percent: 100,
    variants: [variantOf(0), variantOf(1)],
    goal: "click",
    within: 1,
    baseline: "5",
    effect: "2",
  };
}

export function draftOf(design: Design): Draft {
  return {
    name: design.name,
    subject: design.subject,
    percent: design.percent,
    variants: design.variants.map((variant, place) => ({ ...variantOf(place), ...variant })),
    goal: goalOf(design),
    within: design.goal.within_days,
    baseline: hundredths(design.plan.baseline),
    effect: hundredths(design.plan.effect),
  };
}

/** What a draft stands for; null while it lacks something that the server would refuse it for. */
export function designOf(draft: Draft, before?: Design): Design | null {
  const plan = planOf(draft);
  if (!draft.name.trim() || !plan) return null;
  const fields = fieldsOf(draft.subject);
  return {
    name: draft.name.trim(),
    subject: draft.subject,
    percent: draft.percent,
    variants: draft.variants.map((variant, place) => ({
      ...variant,
      key: KEYS[place] ?? variant.key,
      changes: said(variant.changes, fields),
      translations: Object.fromEntries(
        Object.entries(variant.translations).map(([language, words]) => [
          language,
          said(words, fields),
        ]),
      ),
    })),
    goal: {
      kind: kindOf(draft.goal),
      element: elementOf(draft),
      within_days: draft.within,
    },
    plan: { confidence: 0.95, power: 0.8, ...before?.plan, ...plan },
  };
}

/** What is asked of the server while somebody writes; null while there is nothing to ask. */
export function questionOf(draft: Draft): Question | null {
  const plan = planOf(draft);
  return (
    plan && {
      ...plan,
      subject: draft.subject,
      goal: kindOf(draft.goal),
      percent: draft.percent,
      weight: draft.variants.map((each) => each.weight),
    }
  );
}

export function goalOf({ goal }: Design): GoalName {
  return goal.kind === "goal" ? (goal.element as GoalName) : goal.kind;
}

export function fieldsOf(subject: string): readonly string[] {
  return FIELDS[subject.split(":")[0] ?? ""] ?? [];
}

export function variantOf(place: number): Variant {
  return { key: KEYS[place] ?? "", weight: 1, changes: {}, translations: {} };
}

function kindOf(goal: GoalName): Design["goal"]["kind"] {
  return goal === "click" || goal === "order" || goal === "redemption" ? goal : "goal";
}

function elementOf({ goal, subject }: Draft): string | null {
  if (goal === "order" || goal === "redemption") return null;
  return goal === "click" ? subject : goal;
}

function planOf({ baseline, effect }: Draft): Pick<Question, "baseline" | "effect"> | null {
  const [base, more] = [Number(baseline) / 100, Number(effect) / 100];
  if (!(base > 0 && more > 0 && base + more < 1)) return null;
  return { baseline: round(base), effect: round(more) };
}

function round(share: number): number {
  return Number(share.toFixed(6));
}

function hundredths(share: number): string {
  return String(Number((share * 100).toFixed(4)));
}

/** What is left empty is not said otherwise. */
function said(words: Record<string, string>, fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(words).filter(([field, text]) => fields.includes(field) && text.trim()),
  );
}
