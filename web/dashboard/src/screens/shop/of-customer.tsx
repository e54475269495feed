import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Badge } from "../../ui/badge";
import { Card } from "../../ui/card";
import { useDays } from "./days-long";

const TONES = { regular: "good", at_risk: "warn", lost: "plain" } as const;

/** How often somebody comes to the counter, and whether they are late by their own rhythm. */
export function Frequency({ found }: { found: Schemas["FrequencyView"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const days = useDays();
  return (
    <Card title={t("shop.frequency")}>
      <p className="flex flex-wrap items-center gap-2">
        <span className="text-2xl font-bold tabular-nums">{format.number(found.visits)}</span>
        <Badge tone={TONES[found.standing]}>{t(`shop.${found.standing}`)}</Badge>
      </p>
      <p>{t("shop.usual", { days: days(found.gap_days) })}</p>
      <p className="text-muted">{t("shop.lastVisit", { when: format.ago(found.last_at) })}</p>
      <p className="text-muted">{t("shop.since", { date: format.date(found.first_at) })}</p>
      {found.standing === "regular" && (
        <p className="text-muted">{t("shop.lateFrom", { date: format.date(found.late_at) })}</p>
      )}
    </Card>
  );
}
