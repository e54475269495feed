import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Select } from "../../ui/field";
import { type Reward, rewardsQuery } from "../rewards/data";
import { useRewardName } from "../rewards/worth";
import { type Part, Whole } from "./rules-parts";

const LEVELS_AT_MOST = 4;
const POINTS = { least: 0, most: 1_000_000 };

/** What both sides get: points, a reward's code, or both; and in a sentence what that means. */
export function Promised(part: Part) {
  const { t } = useTranslation();
  const { settings, disabled, fields, onChange } = part;
  const rewards = useQuery(rewardsQuery).data;
  return (
    <Card title={t("referral.rewards")}>
      <fieldset disabled={disabled} className="grid grid-cols-1 items-start gap-4 sm:grid-cols-2">
        <Whole
          {...POINTS}
          label={t("referral.forAdvocate")}
          value={settings.advocate_points}
          error={fields["settings.advocate_points"]}
          onValue={(advocate_points) => onChange({ advocate_points })}
        />
        <Picker
          label={t("referral.advocateReward")}
          rewards={rewards}
          chosen={settings.advocate_reward_id}
          onChoose={(advocate_reward_id) => onChange({ advocate_reward_id })}
        />
        <Whole
          {...POINTS}
          label={t("referral.forFriend")}
          value={settings.friend_points}
          error={fields["settings.friend_points"]}
          onValue={(friend_points) => onChange({ friend_points })}
        />
        <Picker
          label={t("referral.friendReward")}
          rewards={rewards}
          chosen={settings.friend_reward_id}
          onChoose={(friend_reward_id) => onChange({ friend_reward_id })}
        />
        {settings.friend_reward_id && (
          <div className="sm:col-start-2">
            <Select
              label={t("referral.rewardWhen")}
              value={settings.friend_reward_when}
              options={[
                ["joined", t("referral.rewardAtOnce")],
                ["completed", t("referral.rewardLater")],
              ]}
              onValue={(friend_reward_when) => onChange({ friend_reward_when })}
            />
          </div>
        )}
      </fieldset>
      <NoRewards rewards={rewards} />
      <Levels {...part} />
      <Example {...part} rewards={rewards} />
    </Card>
  );
}

interface PickerProps {
  label: string;
  rewards: Reward[] | undefined;
  chosen: string | null;
  onChoose: (rewardId: string | null) => void;
}

/** Rewards on offer, and the chosen one even if it no longer is. */
function Picker({ label, rewards = [], chosen, onChoose }: PickerProps) {
  const { t } = useTranslation();
  const nameOf = useRewardName();
  const offered = rewards.filter(({ id, state }) => state === "active" || id === chosen);
  const missing = rewards.find(({ id, state }) => id === chosen && state !== "active");
  return (
    <Select
      label={label}
      value={chosen ?? ""}
      hint={missing && t("referral.notOnOffer")}
      options={[
        ["", t("referral.noReward")],
        ...offered.map((each) => [each.id, nameOf(each)] as const),
      ]}
      onValue={(rewardId) => onChoose(rewardId || null)}
    />
  );
}

function NoRewards({ rewards }: { rewards: Reward[] | undefined }) {
  const { t } = useTranslation();
  const mayAdd = useMay("program:write");
  if (!rewards || rewards.some(({ state }) => state === "active")) return null;
  return (
    <p className="mt-3 text-muted">
      {t("referral.noRewards")}{" "}
      {mayAdd && (
        <Link to="/rewards/new" className="text-accent underline">
          {t("reward.add")}
        </Link>
      )}
    </p>
  );
}

function Levels({ settings, disabled, onChange }: Part) {
  const { t } = useTranslation();
  const levels = settings.upline_points;
  return (
    <>
      {levels.length > 0 && (
        <fieldset disabled={disabled} className="mt-4 grid grid-cols-1 gap-4 sm:grid-cols-2">
          {levels.map((points, place) => (
            <Whole
              {...POINTS}
              // biome-ignore lint/suspicious/noArrayIndexKey: a level is its place
              key={place}
              label={t("referral.upline", { level: place + 2 })}
              value={points}
              onValue={(now) =>
                onChange({ upline_points: levels.map((was, at) => (at === place ? now : was)) })
              }
            />
          ))}
        </fieldset>
      )}
      {!disabled && (
        <div className="mt-4 flex flex-wrap gap-2">
          {levels.length < LEVELS_AT_MOST && (
            <Button onClick={() => onChange({ upline_points: [...levels, 0] })}>
              {t("referral.addLevel")}
            </Button>
          )}
          {levels.length > 0 && (
            <Button onClick={() => onChange({ upline_points: levels.slice(0, -1) })}>
              {t("referral.removeLevel")}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

/** What the settings come to, in the order in which it happens. */
function Example({ settings, rewards }: Part & { rewards: Reward[] | undefined }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const nameOf = useRewardName();
  const list = new Intl.ListFormat(i18n.language, { type: "conjunction" });
  const said = (points: number, rewardId: string | null) => {
    const reward = rewards?.find(({ id }) => id === rewardId);
    return list.format([
      ...(points > 0 ? [format.amount(points)] : []),
      // A name in another script keeps its own direction within the sentence.
      ...(reward ? [`\u2068${nameOf(reward)}\u2069`] : []),
    ]);
  };
  const atOnce = settings.friend_reward_when === "joined";
  const joined = said(0, atOnce ? settings.friend_reward_id : null);
  const friend = said(settings.friend_points, atOnce ? null : settings.friend_reward_id);
  const advocate = said(settings.advocate_points, settings.advocate_reward_id);
  const sentences = [
    joined && t("referral.exampleJoined", { gift: joined }),
    friend && t("referral.exampleFriend", { gift: friend }),
    advocate && t("referral.exampleAdvocate", { gift: advocate }),
  ].filter(Boolean);
  if (sentences.length === 0) return null;
  return (
    <p aria-live="polite" className="mt-4 rounded-lg bg-sunken px-3 py-2 break-words">
      {sentences.join(" ")}
    </p>
  );
}
