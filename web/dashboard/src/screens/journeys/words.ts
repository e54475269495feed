import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { type Format, useFormat } from "../../i18n/format";
import { useNamed } from "../campaigns/data";
import {
  capital,
  listed,
  names,
  type Words as Shared,
  segmentNames,
  who,
} from "../campaigns/words";
import { rewardsQuery } from "../rewards/data";
import { useRewardName } from "../rewards/worth";
import { useCards } from "./cards";
import type { Channel, Gift, Plan, Step, Tell, Trigger } from "./data";

const DAY_H = 24;

interface Words extends Shared {
  reward: (id: string) => string;
  card: (id: string) => string;
}

/** A plan as it would be told to somebody, line by line. */
export function useSays() {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const named = useNamed();
  const rewards = useQuery(rewardsQuery).data ?? [];
  const nameOf = useRewardName();
  const { language } = i18n;
  const reward = (id: string) => {
    const known = rewards.find((each) => each.id === id);
    return known ? nameOf(known) : "…";
  };
  const words: Words = { t, language, format, named, reward, card: useCards().called };
  return {
    trigger: (trigger: Trigger) => triggerIn(trigger, words),
    audience: (audience: Plan["audience"]) => audienceIn(audience, words),
    step: (step: Step) =>
      step.kind === "wait"
        ? t("journeySays.wait", { time: time(step.hours, language) })
        : tellIn(step, words),
    ends: (ends: Plan["ends_when"]) =>
      ends.length === 0
        ? t("journeySays.endsNever")
        : t("journeySays.ends", {
            list: listed(
              ends.map((each) => t(`journeyEnds.${each}`)),
              language,
            ),
          }),
    measure: ({ holdout, counts_days: days }: Plan) =>
      holdout === 0
        ? t("journeySays.unmeasured")
        : `${t("campaignSays.holdout", { share: format.percent(holdout / 100) })} ${t("journeySays.counts", { days: time(days * DAY_H, language) })}`,
    channels: (channels: Channel[]) => channelsIn(channels, t),
    days: (days: number) => time(days * DAY_H, language),
  };
}

/** How long somebody waits: whole days as such, all else in hours. */
function time(hours: number, language: string): string {
  const unit = hours % DAY_H === 0 ? "day" : "hour";
  const said = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" });
  return said.format(unit === "day" ? hours / DAY_H : hours);
}

function triggerIn(trigger: Trigger, words: Words): string {
  const { t, language, format, named } = words;
  const days = (count: number) => time(count * DAY_H, language);
  switch (trigger.kind) {
    case "inactivity":
      return trigger.days
        ? t("journeySays.days", { days: days(trigger.days) })
        : t("journeySays.rhythm", { times: format.number(Number(trigger.rhythm)) });
    case "birthday":
      return trigger.days_before
        ? t("journeySays.birthdayAhead", { days: days(trigger.days_before) })
        : t("journeySays.birthday");
    case "milestone":
      return t("journeySays.milestone", {
        orders: listed(trigger.orders.map(format.number), language),
      });
    case "almost_there":
      return t("journeySays.almostThere", {
        points: format.amount(trigger.missing_at_most),
        reward: words.reward(trigger.reward_id),
      });
    case "card_almost_full":
      return t(`journeySays.${trigger.up_to === "full_card" ? "cardFull" : "cardNext"}`, {
        card: words.card(trigger.card_program_id),
        stamps: t("journeySays.stamps", {
          count: trigger.missing_at_most,
          shown: format.number(trigger.missing_at_most),
        }),
      });
    case "card_milestone":
      return t("journeySays.cardMilestone", {
        card: words.card(trigger.card_program_id),
        numbers: listed(trigger.stamps.map(format.number), language),
      });
    case "tier": {
      const tiers = names(trigger.tiers, named.tiers, language);
      if (trigger.how === "lost") {
        return tiers ? t("journeySays.tierLostOf", { tiers }) : t("journeySays.tierLost");
      }
      return tiers ? t("journeySays.tierReachedOf", { tiers }) : t("journeySays.tierReached");
    }
    case "expiry":
      return t("journeySays.expiry", { days: days(trigger.days_before) });
    case "event":
      return t("journeySays.event", { event: eventIn(trigger.event, t) });
    case "segment": {
      const segments = segmentNames(trigger.segments, t, language);
      return trigger.how === "left"
        ? t("journeySays.segmentLeft", { segments })
        : t("journeySays.segmentEntered", { segments });
    }
  }
}

export function eventIn(event: string, t: TFunction): string {
  return t(`event.${event.replace(".", "_")}`);
}

function audienceIn(audience: Plan["audience"], words: Words): string {
  const people = who(audience, words);
  const spent = Number(audience.minimum_spend);
  const said = spent
    ? words.t("journeySays.spent", { who: people, money: words.format.money(spent, null) })
    : people;
  return capital(said, words.language);
}

function tellIn({ occasion, channels, gift }: Tell, words: Words): string {
  const { t } = words;
  const said = t("journeySays.tell", {
    occasion: t(`occasion.${occasion}`),
    channels: channelsIn(channels, t),
  });
  return gift ? t("journeySays.gift", { tell: said, gift: giftIn(gift, words) }) : said;
}

function giftIn(gift: Gift, { format, reward }: { format: Format; reward: Words["reward"] }) {
  return gift.kind === "points"
    ? format.amount(gift.points)
    : `\u2068${reward(gift.reward_id)}\u2069`;
}

function channelsIn(channels: Channel[], t: TFunction): string {
  return channels
    .map((each) => t(`message.${each}`))
    .reduce((first, then) => t("journeySays.else", { first, then }));
}
