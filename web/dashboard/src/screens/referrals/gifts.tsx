import { useTranslation } from "react-i18next";
import type { Referral } from "./data";

/** How the rewards' codes stand that either side was promised; nothing of what is no longer due. */
export function Gifts({ referral }: { referral: Referral }) {
  const { t } = useTranslation();
  const open = referral.status === "pending" || referral.status === "completed";
  const gifts = referral.gifts.filter(({ state }) => open || state !== "promised");
  return gifts.map(({ side, reward_name, state }) => (
    <span
      key={side}
      className={`text-xs break-words ${state === "owed" ? "text-warn" : "text-muted"}`}
    >
      {t(side === "friend" ? "referral.friendReward" : "referral.advocateReward")}: {reward_name}
      {" · "}
      {state === "owed"
        ? t("referral.giftOwed")
        : state === "promised"
          ? t("referral.giftPromised")
          : t(`redemptionState.${state}`)}
    </span>
  ));
}
