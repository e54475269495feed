import { useTranslation } from "react-i18next";
import type { Referral } from "./data";

/** What became of the rewards' codes of both sides; what is promised alone goes without saying. */
export function Gifts({ referral }: { referral: Referral }) {
  const { t } = useTranslation();
  const gifts = referral.gifts.filter(({ state }) => state !== "promised");
  return gifts.map(({ side, reward_name, state }) => (
    <span
      key={side}
      className={`text-xs break-words ${state === "owed" ? "text-warn" : "text-muted"}`}
    >
      {t(side === "friend" ? "referral.friendReward" : "referral.advocateReward")}:{" "}
      <bdi>{reward_name}</bdi>
      {" · "}
      {state === "owed" ? t("referral.giftOwed") : t(`redemptionState.${state}`)}
    </span>
  ));
}
