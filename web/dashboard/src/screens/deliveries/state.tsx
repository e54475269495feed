import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "../../ui/badge";
import type { Delivery } from "./data";
import type { State } from "./routes";

const TONES: Partial<Record<State, Tone>> = {
  sent: "good",
  delivered: "good",
  read: "good",
  failed: "danger",
  in_doubt: "warn",
};

export function StateBadge({ of }: { of: State }) {
  const { t } = useTranslation();
  return <Badge tone={TONES[of] ?? "plain"}>{t(`deliveryState.${of}`)}</Badge>;
}

/** Why a message didn't arrive, in the reader's words; the provider's code for what has none. */
export function useWhy(): (of: { reason: string | null; code?: string | null }) => string | null {
  const { t, i18n } = useTranslation();
  return ({ reason, code }) => {
    if (reason === null) return null;
    const known = i18n.exists(`deliveryWhy.${reason}`);
    const words = known ? t(`deliveryWhy.${reason}`) : reason;
    return code && (!known || reason === "refused") ? `${words} (${code})` : words;
  };
}

/** How far it came, beyond its state. */
export function Further({ of: { clicked_at, redeemed_at } }: { of: Delivery }) {
  const { t } = useTranslation();
  return (
    <>
      {clicked_at && <Badge tone="good">{t("deliveryState.clicked")}</Badge>}
      {redeemed_at && <Badge tone="good">{t("deliveryState.redeemed")}</Badge>}
    </>
  );
}
