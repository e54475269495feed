import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Select, TextField } from "../../ui/field";
import { Choice, withUnknown } from "../campaigns/conditions";
import { useNamed } from "../campaigns/data";
import { SEGMENTS } from "../campaigns/words";
import { rewardsQuery } from "../rewards/data";
import { useRewardName } from "../rewards/worth";
import { CardAlmostFull, CardMilestone, useCards } from "./cards";
import type { Trigger } from "./data";
import type { Faults } from "./draft";
import { Numbers } from "./numbers";
import { eventIn } from "./words";

const KINDS = [
  "inactivity",
  "birthday",
  "milestone",
  "almost_there",
  "card_almost_full",
  "card_milestone",
  "tier",
  "expiry",
  "segment",
  "event",
] as const satisfies readonly Trigger["kind"][];
const EVENTS = [
  "customer.enrolled",
  "order.recorded",
  "reward.redeemed",
  "reward.used",
  "reward.expired",
  "referral.completed",
  "badge.awarded",
] as const;

type Of<K extends Trigger["kind"]> = Extract<Trigger, { kind: K }>;
interface Props<T extends Trigger = Trigger> {
  trigger: T;
  faults: Faults;
  onChange: (trigger: Trigger) => void;
}

/** What lets customers in, with what has to be known of it. */
export function TriggerFields({ trigger, faults, onChange }: Props) {
  const { t } = useTranslation();
  const rewards = useQuery(rewardsQuery).data ?? [];
  const cards = useCards().open;
  const first = { reward: rewards[0]?.id ?? "", card: cards[0]?.id ?? "" };
  const there = (kind: Trigger["kind"]) =>
    kind === trigger.kind ||
    (kind === "almost_there" ? rewards.length : kind.startsWith("card_") ? cards.length : 1) > 0;
  return (
    <div className="grid grid-cols-1 items-start gap-4 sm:grid-cols-2">
      <Select
        label={t("journey.begins")}
        value={trigger.kind}
        options={KINDS.filter(there).map((kind) => [kind, t(`journeyTrigger.${kind}`)])}
        onValue={(kind) => onChange(fresh(kind, first))}
      />
      <Details trigger={trigger} faults={faults} onChange={onChange} />
    </div>
  );
}

function fresh(kind: Trigger["kind"], first: { reward: string; card: string }): Trigger {
  switch (kind) {
    case "inactivity":
      return { kind, days: null, rhythm: "2" };
    case "birthday":
      return { kind, days_before: 0 };
    case "milestone":
      return { kind, orders: [10] };
    case "almost_there":
      return { kind, reward_id: first.reward, missing_at_most: 100 };
    case "card_almost_full":
      return { kind, card_program_id: first.card, missing_at_most: 2, up_to: "next_reward" };
    case "card_milestone":
      return { kind, card_program_id: first.card, stamps: [50] };
    case "tier":
      return { kind, how: "reached", tiers: [] };
    case "expiry":
      return { kind, days_before: 14 };
    case "event":
      return { kind, event: "customer.enrolled" };
    case "segment":
      return { kind, how: "entered", segments: ["at_risk"] };
  }
}

function Details(props: Props) {
  const { t } = useTranslation();
  const { trigger, faults, onChange } = props;
  switch (trigger.kind) {
    case "inactivity":
      return <Silence {...props} trigger={trigger} />;
    case "birthday":
    case "expiry":
      return (
        <TextField
          label={t("journey.daysAhead")}
          type="number"
          required
          min={trigger.kind === "birthday" ? 0 : 1}
          max={trigger.kind === "birthday" ? 30 : 90}
          value={trigger.days_before}
          error={faults.days_before}
          onChange={(event) => onChange({ ...trigger, days_before: Number(event.target.value) })}
        />
      );
    case "milestone":
      return (
        <Numbers
          label={t("journey.orders")}
          numbers={trigger.orders}
          error={faults.orders}
          onChange={(orders) => onChange({ ...trigger, orders })}
        />
      );
    case "card_almost_full":
      return <CardAlmostFull {...props} trigger={trigger} />;
    case "card_milestone":
      return <CardMilestone {...props} trigger={trigger} />;
    case "almost_there":
      return <AlmostThere {...props} trigger={trigger} />;
    case "tier":
      return <TierChange {...props} trigger={trigger} />;
    case "segment":
      return <SegmentChange {...props} trigger={trigger} />;
    case "event":
      return (
        <Select
          label={t("journey.event")}
          value={trigger.event}
          error={faults.event}
          options={EVENTS.map((event) => [event, eventIn(event, t)])}
          onValue={(event) => onChange({ ...trigger, event })}
        />
      );
  }
}

function Silence({ trigger, faults, onChange }: Props<Of<"inactivity">>) {
  const { t } = useTranslation();
  const byDays = trigger.days !== null && trigger.days !== undefined;
  return (
    <>
      <Select
        label={t("journey.silence")}
        value={byDays ? "days" : "rhythm"}
        options={[
          ["rhythm", t("journey.byRhythm")],
          ["days", t("journey.byDays")],
        ]}
        onValue={(by) =>
          onChange({
            kind: "inactivity",
            days: by === "days" ? 30 : null,
            rhythm: by === "days" ? null : "2",
          })
        }
      />
      {byDays ? (
        <TextField
          label={t("earning.days")}
          type="number"
          required
          min={7}
          max={30}
          value={trigger.days || ""}
          error={faults.days}
          onChange={(event) => onChange({ ...trigger, days: Number(event.target.value) })}
        />
      ) : (
        <TextField
          label={t("journey.times")}
          hint={t("journey.timesHint")}
          required
          inputMode="decimal"
          pattern="([1-9]([.][0-9])?|10)"
          value={trigger.rhythm ?? ""}
          error={faults.rhythm}
          onChange={(event) =>
            onChange({ ...trigger, rhythm: event.target.value.replace(",", ".") })
          }
        />
      )}
    </>
  );
}

function AlmostThere({ trigger, faults, onChange }: Props<Of<"almost_there">>) {
  const { t } = useTranslation();
  const rewards = useQuery(rewardsQuery).data ?? [];
  const nameOf = useRewardName();
  return (
    <>
      <Select
        label={t("redemption.reward")}
        value={trigger.reward_id}
        error={faults.reward_id}
        options={rewards.map((each) => [each.id, nameOf(each)])}
        onValue={(reward_id) => onChange({ ...trigger, reward_id })}
      />
      <TextField
        label={t("journey.missing")}
        type="number"
        required
        min={1}
        max={1_000_000_000}
        value={trigger.missing_at_most || ""}
        error={faults.missing_at_most}
        onChange={(event) => onChange({ ...trigger, missing_at_most: Number(event.target.value) })}
      />
    </>
  );
}

function TierChange({ trigger, onChange }: Props<Of<"tier">>) {
  const { t } = useTranslation();
  const { tiers } = useNamed();
  return (
    <>
      <Select
        label={t("journey.change")}
        value={trigger.how}
        options={[
          ["reached", eventIn("tier.reached", t)],
          ["lost", eventIn("tier.lost", t)],
        ]}
        onValue={(how) => onChange({ ...trigger, how })}
      />
      {tiers.length > 0 && (
        <div className="sm:col-span-2">
          <Choice
            legend={t("journey.anyTier")}
            options={withUnknown(tiers, trigger.tiers)}
            chosen={trigger.tiers}
            onChange={(chosen) => onChange({ ...trigger, tiers: chosen })}
          />
        </div>
      )}
    </>
  );
}

function SegmentChange({ trigger, faults, onChange }: Props<Of<"segment">>) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t("journey.change")}
        value={trigger.how}
        options={[
          ["entered", eventIn("segment.entered", t)],
          ["left", eventIn("segment.left", t)],
        ]}
        onValue={(how) => onChange({ ...trigger, how })}
      />
      <div className="sm:col-span-2">
        <Choice
          legend={t("campaign.segments")}
          options={SEGMENTS.map((key) => [key, t(`segment.${key}`)])}
          chosen={trigger.segments}
          onChange={(segments) => onChange({ ...trigger, segments })}
        />
        {faults.segments && <p className="text-xs font-medium text-danger">{faults.segments}</p>}
      </div>
    </>
  );
}
