import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Badge, type Tone } from "../../ui/badge";
import type { Campaign, Phase as PhaseName } from "./data";

const TONES: Partial<Record<PhaseName, Tone>> = {
  running: "good",
  paused: "warn",
  used_up: "warn",
};

export function Phase({ phase }: { phase: PhaseName }) {
  const { t } = useTranslation();
  return <Badge tone={TONES[phase] ?? "plain"}>{t(`phase.${phase}`)}</Badge>;
}

/** How much of the budget is used, as words and as a bar. */
export function Budget({ campaign }: { campaign: Pick<Campaign, "budget" | "spent"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { budget, spent } = campaign;
  if (budget === null) return <span className="text-muted">{t("earning.noLimit")}</span>;
  return (
    <span className="inline-flex flex-col gap-1">
      <span>
        {t("campaign.usedOf", { used: format.number(spent), budget: format.number(budget) })}
      </span>
      <span aria-hidden="true" className="h-1 min-w-24 overflow-hidden rounded-full bg-line">
        <span
          className="block h-full rounded-full bg-accent"
          style={{ width: `${Math.min(100, (100 * spent) / budget)}%` }}
        />
      </span>
    </span>
  );
}
