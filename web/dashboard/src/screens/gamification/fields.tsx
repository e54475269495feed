import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { Card } from "../../ui/card";
import { Checkbox, Select, TextArea, TextField } from "../../ui/field";
import { Translations } from "../../ui/translations";
import type { Draft } from "./draft";

export interface Part {
  draft: Draft;
  zone: string;
  /** What was refused, by the path of its field within the badge. */
  fields: Record<string, string>;
  onChange: (change: Partial<Draft>) => void;
}

const MONEY = "[0-9]{1,12}([.][0-9]{1,4})?";
const WHOLE = "[1-9][0-9]{0,11}";

/** What it is called, and its colour. */
export function Name({ draft, fields, onChange }: Part) {
  const { t } = useTranslation();
  return (
    <Card>
      <div className="flex flex-col gap-4">
        <TextField
          label={t("customer.name")}
          required
          maxLength={100}
          pattern=".*\S.*"
          value={draft.name}
          error={fields.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <TextArea
          label={t("reward.description")}
          rows={2}
          maxLength={500}
          value={draft.description}
          error={fields.description}
          onChange={(event) => onChange({ description: event.target.value })}
        />
        <Translations
          texts={draft}
          most={{ name: 100, description: 500 }}
          errors={fields}
          path=""
          onChange={onChange}
        />
        <label className="flex items-center gap-2 font-medium">
          <input
            type="color"
            className="h-9 w-12 rounded-lg border border-line-strong bg-card p-1"
            value={draft.colour}
            onChange={(event) => onChange({ colour: event.target.value })}
          />
          {t("tier.colour")}
        </label>
      </div>
    </Card>
  );
}

/** What earns it, and what reaching it brings. */
export function What({ draft, fields, onChange }: Part) {
  const { t } = useTranslation();
  const currency = useMerchant()?.currency ?? "";
  const measures = [
    ["orders", t("tierBasis.orders")],
    ["spend", t("tierBasis.spend")],
    ["points", t("tierBasis.points")],
    ["weeks_in_a_row", t("game.weeksInARow")],
    ["months_in_a_row", t("game.monthsInARow")],
    ["", t("game.byHand")],
  ] as const;
  const spend = draft.measure === "spend";
  const counted = spend ? currency : measures.find(([key]) => key === draft.measure)?.[1];
  return (
    <Card title={t("game.goal")}>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Select
          label={t("game.measure")}
          value={draft.measure}
          options={measures}
          onValue={(measure) => onChange({ measure })}
        />
        {draft.measure && (
          <TextField
            label={t("game.target", { what: counted })}
            inputMode="decimal"
            required
            pattern={spend ? MONEY : WHOLE}
            value={draft.target}
            error={fields["goal.target"] ?? fields.goal}
            onChange={(event) => onChange({ target: event.target.value.replace(",", ".") })}
          />
        )}
        {draft.measure && (
          <TextField
            label={t("tier.entry")}
            hint={t("game.past")}
            type="number"
            min={0}
            max={1_000_000_000}
            required
            value={draft.points}
            error={fields.points}
            onChange={(event) => onChange({ points: Number(event.target.value) })}
          />
        )}
      </div>
    </Card>
  );
}

/** From when to when a challenge runs, by the merchant's clocks. */
export function Time({ draft, zone, fields, onChange }: Part) {
  const { t } = useTranslation();
  if (!draft.measure) return null;
  return (
    <Card title={t("order.when")}>
      <Checkbox
        label={t("game.timed")}
        checked={draft.timed}
        onChange={(timed) => onChange({ timed })}
      />
      {draft.timed && (
        <div className="mt-3 grid grid-cols-1 gap-4 sm:grid-cols-2">
          <TextField
            label={t("campaign.starts")}
            hint={t("campaign.zone", { zone })}
            type="datetime-local"
            value={draft.starts}
            required={!draft.ends}
            error={fields["goal.starts_at"]}
            onChange={(event) => onChange({ starts: event.target.value })}
          />
          <TextField
            label={t("campaign.ends")}
            hint={t("campaign.endsHint")}
            type="datetime-local"
            min={draft.starts}
            value={draft.ends}
            error={fields["goal.ends_at"]}
            onChange={(event) => onChange({ ends: event.target.value })}
          />
        </div>
      )}
    </Card>
  );
}
