import { useTranslation } from "react-i18next";
import { Card } from "../../ui/card";
import { Select, Switch, TextField } from "../../ui/field";
import type { Ladder } from "./data";

export interface Part {
  ladder: Ladder;
  disabled: boolean;
  onChange: (change: Partial<Ladder>) => void;
}

const BASES = ["spend", "points", "orders"] as const;
const WINDOWS = ["lifetime", "calendar_year", "rolling_12_months"] as const;

export function Running({ ladder, disabled, onChange }: Part) {
  const { t } = useTranslation();
  return (
    <Card>
      <Switch
        label={t("tier.enabled")}
        hint={t(ladder.enabled ? "tier.enabledText" : "tier.offText")}
        on={ladder.enabled}
        disabled={disabled}
        onChange={(enabled) => onChange({ enabled })}
      />
    </Card>
  );
}

/** What it takes to climb, and to stay. */
export function Climbing({ ladder, disabled, onChange }: Part) {
  const { t } = useTranslation();
  return (
    <Card title={t("tier.rules")}>
      <fieldset disabled={disabled} className="grid grid-cols-1 gap-4 sm:grid-cols-3">
        <Select
          label={t("tier.basis")}
          value={ladder.basis}
          options={BASES.map((each) => [each, t(`tierBasis.${each}`)])}
          onValue={(basis) => onChange({ basis })}
        />
        <Select
          label={t("tier.window")}
          value={ladder.window}
          options={WINDOWS.map((each) => [each, t(`tierWindow.${each}`)])}
          onValue={(window) =>
            onChange({ window, ...(window === "lifetime" ? { grace_days: 0 } : {}) })
          }
        />
        {ladder.window !== "lifetime" && (
          <TextField
            label={t("tier.grace")}
            hint={t("tier.graceHint")}
            type="number"
            min={0}
            max={366}
            required
            value={ladder.grace_days}
            onChange={(event) => onChange({ grace_days: Number(event.target.value) })}
          />
        )}
      </fieldset>
    </Card>
  );
}
