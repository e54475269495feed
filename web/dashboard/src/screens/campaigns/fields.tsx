import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { Card } from "../../ui/card";
import { Select, TextField } from "../../ui/field";
import type { Draft, Kind } from "./draft";

export interface Part {
  draft: Draft;
  zone: string;
  fields: Record<string, string>;
  onChange: (change: Partial<Draft>) => void;
}

const KINDS: readonly Kind[] = ["multiplier", "bonus", "goal"];
export const MONEY = "[0-9]{1,12}([.][0-9]{1,4})?";

/** Its name and what it gives. */
export function Basics({ draft, fields, onChange }: Part) {
  const { t } = useTranslation();
  const currency = useMerchant()?.currency ?? "";
  return (
    <Card>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <div className="sm:col-span-2">
          <TextField
            label={t("customer.name")}
            required
            maxLength={200}
            value={draft.name}
            error={fields.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        </div>
        <Select
          label={t("campaign.gives")}
          value={draft.kind}
          options={KINDS.map((kind) => [kind, t(`campaignKind.${kind}`)])}
          onValue={(kind) => onChange({ kind })}
        />
        {draft.kind === "multiplier" ? (
          <TextField
            label={t("campaign.factor")}
            required
            inputMode="decimal"
            pattern="[0-9]{1,3}([.][0-9]{1,4})?"
            value={draft.factor}
            error={fields.factor}
            onChange={(event) => onChange({ factor: event.target.value.replace(",", ".") })}
          />
        ) : (
          <TextField
            label={t("earning.points")}
            type="number"
            required
            min={1}
            max={1_000_000_000}
            value={draft.points || ""}
            error={fields.points}
            onChange={(event) => onChange({ points: Number(event.target.value) })}
          />
        )}
        {draft.kind === "goal" && (
          <div className="sm:col-span-2">
            <TextField
              label={t("campaign.goal", { currency })}
              hint={t("campaign.goalHint")}
              required
              inputMode="decimal"
              pattern={MONEY}
              value={draft.goal}
              error={fields.spend}
              onChange={(event) => onChange({ goal: event.target.value.replace(",", ".") })}
            />
          </div>
        )}
      </div>
    </Card>
  );
}

/** From when to when, by the merchant's clocks. */
export function Window({ draft, zone, fields, onChange }: Part) {
  const { t } = useTranslation();
  return (
    <Card title={t("order.when")}>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <TextField
          label={t("campaign.starts")}
          hint={t("campaign.zone", { zone })}
          type="datetime-local"
          required
          value={draft.starts}
          error={fields.starts_at}
          onChange={(event) => onChange({ starts: event.target.value })}
        />
        <TextField
          label={t("campaign.ends")}
          hint={t("campaign.endsHint")}
          type="datetime-local"
          min={draft.starts}
          value={draft.ends}
          error={fields.ends_at ?? fields.rule}
          onChange={(event) => onChange({ ends: event.target.value })}
        />
      </div>
    </Card>
  );
}

/** What it may cost, and whom it leaves out. */
export function Limits({ draft, fields, onChange }: Part) {
  const { t } = useTranslation();
  return (
    <Card title={t("campaign.limits")}>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <TextField
          label={t("campaign.budget")}
          hint={t("campaign.budgetHint")}
          type="number"
          min={1}
          max={1e12}
          value={draft.budget}
          error={fields.budget}
          onChange={(event) => onChange({ budget: event.target.value })}
        />
        <TextField
          label={t("campaign.holdout")}
          hint={t("campaign.holdoutHint")}
          type="number"
          min={0}
          max={90}
          value={draft.holdout}
          error={fields.holdout}
          onChange={(event) => onChange({ holdout: Number(event.target.value) })}
        />
      </div>
    </Card>
  );
}
