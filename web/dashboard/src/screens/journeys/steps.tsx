import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Select, TextField } from "../../ui/field";
import { CHANNELS } from "../messages/routes";
import { rewardsQuery } from "../rewards/data";
import { useRewardName } from "../rewards/worth";
import { type Channel, type Gift, type Step, type Tell, type Trigger, useCarried } from "./data";
import { type Faults, sayable } from "./draft";

const DAY_H = 24;

interface Props<S extends Step = Step> {
  step: S;
  kind: Trigger["kind"];
  faults: Faults;
  onChange: (step: Step) => void;
}

/** A step's own fields: how long one waits, or what is said, where, and with what. */
export function StepFields(props: Props) {
  const { step } = props;
  return (
    <div className="grid grid-cols-1 items-start gap-4 sm:grid-cols-2">
      {step.kind === "wait" ? (
        <WaitFields {...props} step={step} />
      ) : (
        <TellFields {...props} step={step} />
      )}
    </div>
  );
}

function WaitFields({ step, faults, onChange }: Props<Extract<Step, { kind: "wait" }>>) {
  const { t } = useTranslation();
  const days = step.hours % DAY_H === 0 && step.hours > 0;
  const unit = days ? DAY_H : 1;
  return (
    <>
      <TextField
        label={t("journey.waitFor")}
        type="number"
        required
        min={1}
        max={(90 * DAY_H) / unit}
        value={step.hours / unit || ""}
        error={faults.hours}
        onChange={(event) => onChange({ ...step, hours: Number(event.target.value) * unit })}
      />
      <Select
        label={t("journey.unit")}
        value={days ? "days" : "hours"}
        options={[
          ["hours", t("journey.hours")],
          ["days", t("earning.days")],
        ]}
        onValue={(to) => onChange({ ...step, hours: to === "days" ? DAY_H : 2 })}
      />
    </>
  );
}

function TellFields({ step, kind, faults, onChange }: Props<Tell>) {
  const { t } = useTranslation();
  return (
    <>
      <div className="flex flex-col gap-1">
        <Select
          label={t("message.occasion")}
          value={step.occasion}
          error={faults.occasion}
          options={sayable(kind).map((each) => [each, t(`occasion.${each}`)])}
          onValue={(occasion) => onChange({ ...step, occasion })}
        />
        <Link
          to="/messages/templates/$occasion"
          params={{ occasion: step.occasion }}
          className="self-start text-xs text-accent hover:underline"
        >
          {t("journey.words")}
        </Link>
      </div>
      <Channels
        channels={step.channels}
        faults={faults}
        onChange={(channels) => onChange({ ...step, channels })}
      />
      <GiftFields
        gift={step.gift ?? null}
        faults={faults}
        onChange={(gift) => onChange({ ...step, gift })}
      />
    </>
  );
}

interface ChannelsProps {
  channels: Channel[];
  faults: Faults;
  onChange: (channels: Channel[]) => void;
}

/** Where it is tried, in order: the first, and what takes its place where it can't be used. */
function Channels({ channels, faults, onChange }: ChannelsProps) {
  const { t } = useTranslation();
  const carried = useCarried();
  const nobody = carried && channels.filter((each) => !carried.has(each));
  const places = Math.min(CHANNELS.length, channels.length + 1);
  const set = (place: number, channel: Channel | "") => {
    const before = channels.slice(0, place);
    const after = channels.slice(place + 1).filter((each) => each !== channel);
    onChange(channel ? [...before, channel, ...after] : [...before, ...after]);
  };
  return (
    <div className="flex flex-col gap-2">
      {CHANNELS.slice(0, places).map((_, place) => {
        const taken = channels.slice(0, place);
        const free = CHANNELS.filter((each) => !taken.includes(each));
        const none = [["", "–"]] as const;
        return (
          <Select<Channel | "">
            // biome-ignore lint/suspicious/noArrayIndexKey: a place is what it is about
            key={place}
            label={t(place === 0 ? "consent.first" : "journey.otherwise")}
            value={channels[place] ?? ""}
            error={place === 0 ? faults.channels : undefined}
            options={[
              ...(place === 0 ? [] : none),
              ...free.map((each) => [each, t(`message.${each}`)] as const),
            ]}
            onValue={(channel) => set(place, channel)}
          />
        );
      })}
      {nobody?.map((each) => (
        <Link
          key={each}
          to="/messages/senders"
          className="text-xs font-medium text-warn hover:underline"
        >
          {t("journey.nobodyCarries", { channel: t(`message.${each}`) })}
        </Link>
      ))}
    </div>
  );
}

interface GiftProps {
  gift: Gift | null;
  faults: Faults;
  onChange: (gift: Gift | null) => void;
}

function GiftFields({ gift, faults, onChange }: GiftProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useRewardName();
  const rewards = useQuery(rewardsQuery).data ?? [];
  const [first] = rewards;
  const kinds: [Gift["kind"] | "", string][] = [
    ["", t("journey.noGift")],
    ["points", t("customer.points")],
    ...(first ? [["reward", t("journey.giftReward")] as ["reward", string]] : []),
  ];
  return (
    <>
      <Select
        label={t("journey.gift")}
        value={gift?.kind ?? ""}
        options={kinds}
        onValue={(kind) => {
          if (kind === "points") onChange({ kind, points: 50 });
          else if (kind === "reward" && first) onChange({ kind, reward_id: first.id });
          else onChange(null);
        }}
      />
      {gift?.kind === "points" && (
        <TextField
          label={t("earning.points")}
          type="number"
          required
          min={1}
          max={1_000_000}
          value={gift.points || ""}
          error={faults.points}
          onChange={(event) => onChange({ ...gift, points: Number(event.target.value) })}
        />
      )}
      {gift?.kind === "reward" && (
        <Select
          label={t("redemption.reward")}
          hint={t("journey.discountHint", {
            least: format.percent(0.05),
            most: format.percent(0.5),
          })}
          value={gift.reward_id}
          error={faults.reward_id}
          options={rewards.map((each) => [each.id, nameOf(each)])}
          onValue={(reward_id) => onChange({ ...gift, reward_id })}
        />
      )}
    </>
  );
}
