import { problemOf } from "../../api/problem";
import type { Versioned } from "../../ui/draft";
import type { Reward } from "../rewards/data";
import type { Journey, Occasion, Plan, Step, Trigger } from "./data";

/** A plan while it is changed: its steps keep a name of their own wherever they are moved. */
export interface Draft extends Omit<Plan, "steps"> {
  steps: Held[];
}

export interface Held {
  key: string;
  step: Step;
}

/** What is wrong with a draft, by the path of its field: `steps.1.hours`, `trigger.days`. */
export type Faults = Record<string, string>;

export const MOST_STEPS = 20;
/** What every journey can say, and what only fits where its trigger knows what to fill in. */
const ANYTIME: Occasion[] = ["win_back", "birthday", "offer"];
const TRIGGERED: Partial<Record<Trigger["kind"], Occasion>> = {
  milestone: "milestone",
  almost_there: "almost_there",
  expiry: "points_expiring",
  card_almost_full: "card_almost_full",
  card_milestone: "card_milestone",
};
/** Per cent that a journey may take off. */
const DISCOUNT = [5, 50] as const;

export function draftOf({ version, plan }: Journey): Versioned<Draft> {
  const steps = plan.steps.map((step, place) => ({ key: String(place), step }));
  return { version, value: { ...plan, steps } };
}

export function planIn(draft: Draft): Plan {
  return { ...draft, steps: draft.steps.map(({ step }) => step) };
}

export function freshKey(): string {
  return crypto.randomUUID();
}

/** What a journey can say that begins like this, the most fitting first. */
export function sayable(kind: Trigger["kind"]): Occasion[] {
  const own = TRIGGERED[kind];
  return own ? [own, ...ANYTIME] : ANYTIME;
}

/** The change of a trigger, with the messages that don't fit it any more made to fit. */
export function begunBy(trigger: Trigger, { steps }: Draft): Partial<Draft> {
  const fitting = sayable(trigger.kind);
  return {
    trigger,
    steps: steps.map((held) => {
      const { step } = held;
      if (step.kind === "wait" || fitting.includes(step.occasion)) return held;
      return { ...held, step: { ...step, occasion: fitting[0] ?? "offer" } };
    }),
  };
}

/** A line of the plan that lacks something, and the words for it. */
export interface Lack {
  line: string;
  text: string;
}

/** What can be said before the server is asked: the line that lacks something, and what. */
export function lacking({ steps }: Draft): Lack | null {
  const last = steps.at(-1);
  if (!steps.some(({ step }) => step.kind === "tell")) {
    return { line: "steps", text: "journey.noMessage" };
  }
  return last?.step.kind === "wait" ? { line: last.key, text: "journey.lastWait" } : null;
}

/** A refusal by the fields that it is about. Those of the body are told by their place; what
 * rewards and the holdout don't allow comes as a code. */
export function faultsOf(
  error: unknown,
  { plan, text, rewards }: { plan: Plan; text: string; rewards: readonly Reward[] },
): Faults {
  if (!error) return {};
  const { code, fields = {} } = problemOf(error);
  const found: Faults = {};
  for (const [path, said] of Object.entries(fields)) found[placed(path)] = said;
  if (code === "HOLDOUT_FIXED") found.holdout = text;
  if (code !== "DISCOUNT_OUT_OF_BOUNDS" && !code.startsWith("REWARD_")) return found;
  const [least, most] = DISCOUNT;
  plan.steps.forEach((step, place) => {
    if (step.kind === "wait" || step.gift?.kind !== "reward") return;
    const { reward_id } = step.gift;
    const reward = rewards.find(({ id }) => id === reward_id);
    const percent = Number(reward?.terms.percent ?? least);
    const wrong =
      code === "DISCOUNT_OUT_OF_BOUNDS"
        ? percent < least || percent > most
        : reward?.state !== "active" || code !== "REWARD_NOT_ACTIVE";
    if (wrong) found[`steps.${place}.reward_id`] = text;
  });
  return found;
}

/** Fields that hold several: what is wrong with one of them is wrong with the field. */
const LISTS = new Set(["channels", "orders", "stamps"]);

/** `plan.steps.1.tell.gift.points.points` is about `steps.1.points`. */
function placed(path: string): string {
  const parts = path.replace(/^(body\.)?plan\./, "").split(".");
  const [line = "", place = ""] = parts;
  const known = parts.findIndex((part) => LISTS.has(part));
  const field = parts[known < 0 ? parts.length - 1 : known] ?? "";
  if (parts.length < 2) return line;
  return line === "steps" ? `steps.${place}.${field}` : `${line}.${field}`;
}

/** What is wrong with one line, by the names of its fields. */
export function within(faults: Faults, line: string): Faults {
  return Object.fromEntries(
    Object.entries(faults)
      .filter(([path]) => path.startsWith(`${line}.`))
      .map(([path, text]) => [path.slice(line.length + 1), text]),
  );
}
