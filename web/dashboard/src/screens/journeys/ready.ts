import type { Reward } from "../rewards/data";
import type { Program } from "../stamp-cards/data";
import type { Gift, Occasion, Plan, Step, Trigger } from "./data";

/** What journeys are mostly for, to begin with. */
export const READY = [
  "win_back",
  "birthday",
  "milestone",
  "expiry",
  "almost_there",
  "card_almost_full",
  "card_milestone",
  "tier",
] as const;
export type Ready = (typeof READY)[number];

const DAY_H = 24;

interface There {
  rewards: readonly Reward[];
  cards: readonly Program[];
}

/** A plan to start from; null where it needs a reward or a stamp card and there is none. */
export function planOf(ready: Ready, name: string, { rewards, cards }: There): Plan | null {
  const card_program_id = cards.find(({ state }) => state === "active")?.id;
  const drawn = (trigger: Trigger, steps: Step[]): Plan => ({
    name,
    trigger,
    audience: { segments: [], tiers: [], minimum_spend: "0" },
    steps,
    ends_when: ["bought"],
    holdout: 10,
    counts_days: 14,
  });
  switch (ready) {
    case "win_back":
      return drawn({ kind: "inactivity", days: null, rhythm: "2" }, [
        tell("win_back"),
        { kind: "wait", hours: 7 * DAY_H },
        tell("win_back", { kind: "points", points: 50 }),
      ]);
    case "birthday":
      return drawn({ kind: "birthday", days_before: 0 }, [
        tell("birthday", { kind: "points", points: 100 }),
      ]);
    case "milestone":
      return drawn({ kind: "milestone", orders: [5, 10, 25] }, [
        tell("milestone", { kind: "points", points: 50 }),
      ]);
    case "expiry":
      return drawn({ kind: "expiry", days_before: 14 }, [tell("points_expiring")]);
    case "tier":
      return drawn({ kind: "tier", how: "reached", tiers: [] }, [
        { kind: "wait", hours: 2 },
        tell("offer", { kind: "points", points: 50 }),
      ]);
    case "almost_there": {
      const [reward] = rewards.filter(({ state }) => state === "active");
      if (!reward) return null;
      const trigger: Trigger = {
        kind: "almost_there",
        reward_id: reward.id,
        missing_at_most: Math.max(1, Math.ceil(reward.terms.cost / 5)),
      };
      return drawn(trigger, [tell("almost_there")]);
    }
    case "card_almost_full":
      return card_program_id
        ? drawn({ kind: ready, card_program_id, missing_at_most: 2, up_to: "next_reward" }, [
            tell(ready),
          ])
        : null;
    case "card_milestone":
      return card_program_id
        ? drawn({ kind: ready, card_program_id, stamps: [25, 50, 100] }, [tell(ready)])
        : null;
  }
}

export function tell(occasion: Occasion, gift: Gift | null = null): Step {
  return { kind: "tell", occasion, channels: ["email"], gift };
}
