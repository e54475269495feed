import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { Card } from "../../ui/card";
import { Checkbox, Select, Switch, TextField } from "../../ui/field";
import type { Draft } from "./draft";
import { Names } from "./names";

export interface Part {
  draft: Draft;
  disabled: boolean;
  /** What was wrong, by field; a stage's by its key. */
  fields: Record<string, string>;
  onChange: (change: Partial<Draft>) => void;
}

export const MONEY = "[0-9]{1,9}([.][0-9]{1,3})?";

/** What the card is called. */
export function Called({ draft: { name, names }, fields, onChange }: Part) {
  const { t } = useTranslation();
  return (
    <Card title={t("stampCard.card")}>
      <div className="flex flex-col gap-4">
        <TextField
          label={t("reward.name")}
          required
          dir="auto"
          maxLength={100}
          pattern=".*\S.*"
          value={name}
          error={fields.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <Names name={name} names={names} onChange={(changed) => onChange({ names: changed })} />
      </div>
    </Card>
  );
}

/** What a visit is worth, and what keeps cards from being stamped without one. */
export function Stamping({ draft, fields, onChange }: Part) {
  const { t } = useTranslation();
  const currency = useMerchant()?.currency ?? "";
  const whole = wholeOf(onChange);
  return (
    <Card title={t("stampCard.stamping")}>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <TextField
          label={t("stampCard.perAmount", { currency })}
          hint={t("stampCard.perAmountHint")}
          inputMode="decimal"
          pattern={MONEY}
          value={draft.perAmount}
          error={fields.per_amount}
          onChange={(event) => onChange({ perAmount: event.target.value.replace(",", ".") })}
        />
        <TextField
          label={t("stampCard.mostAtOnce")}
          required
          {...whole(draft, "mostAtOnce", 1, 100)}
          error={fields.most_at_once}
        />
        <TextField
          label={t("stampCard.cooldown")}
          required
          {...whole(draft, "cooldown", 0, 10_080)}
          error={fields.cooldown_minutes}
        />
        <TextField
          label={t("earning.perDay")}
          placeholder={t("earning.noLimit")}
          {...whole(draft, "dailyLimit", 1, 1000)}
          error={fields.daily_limit}
        />
        <TextField
          label={t("stampCard.distance")}
          hint={t("stampCard.distanceHint")}
          {...whole(draft, "distance", 50, 100_000)}
          error={fields.distance_m}
        />
        <TextField
          label={t("stampCard.welcome")}
          required
          {...whole(draft, "welcome", 0, 100)}
          error={fields.welcome_stamps}
        />
        <TextField
          label={t("stampCard.birthday")}
          required
          {...whole(draft, "birthday", 0, 100)}
          error={fields.birthday_stamps}
        />
      </div>
    </Card>
  );
}

/** When stamps lapse, what an undone one leaves, and what stamps are worth in points. */
export function Keeping({ draft, disabled, fields, onChange }: Part) {
  const { t } = useTranslation();
  const whole = wholeOf(onChange);
  return (
    <Card title={t("stampCard.keeping")}>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <TextField
          label={t("stampCard.days")}
          hint={t("stampCard.daysHint")}
          {...whole(draft, "days", 1, 3650)}
          error={fields["validity.days"]}
        />
        {draft.days && (
          <Select
            label={t("stampCard.counted")}
            value={draft.counted}
            disabled={disabled}
            options={[
              ["last_use", t("stampCard.lastUse")],
              ["each_stamp", t("stampCard.eachStamp")],
            ]}
            onValue={(counted) => onChange({ counted })}
          />
        )}
        <div className="sm:col-span-2">
          <Select
            label={t("stampCard.afterUse")}
            value={draft.afterUse}
            disabled={disabled}
            options={[
              ["owe", t("stampCard.owe")],
              ["forgive", t("stampCard.forgive")],
            ]}
            onValue={(afterUse) => onChange({ afterUse })}
          />
        </div>
        <div className="sm:col-span-2">
          <Switch
            label={t("stampCard.exchange")}
            on={draft.exchange}
            disabled={disabled}
            onChange={(exchange) => onChange({ exchange })}
          />
        </div>
        {draft.exchange && <Exchange {...{ draft, disabled, fields, onChange }} />}
      </div>
    </Card>
  );
}

function Exchange({ draft, fields, onChange }: Part) {
  const { t } = useTranslation();
  const whole = wholeOf(onChange);
  return (
    <>
      <TextField
        label={t("stampCard.stamps")}
        required
        {...whole(draft, "stamps", 1, 100)}
        error={fields["conversion.stamps"]}
      />
      <TextField
        label={t("earning.points")}
        required
        {...whole(draft, "points", 1, 1_000_000_000)}
        error={fields["conversion.points"]}
      />
      <div className="flex flex-wrap gap-x-6 sm:col-span-2">
        <Checkbox
          label={t("stampCard.toPoints")}
          checked={draft.toPoints}
          onChange={(toPoints) => onChange({ toPoints })}
        />
        <Checkbox
          label={t("stampCard.toStamps")}
          checked={draft.toStamps}
          onChange={(toStamps) => onChange({ toStamps })}
        />
      </div>
    </>
  );
}

type Whole =
  | "welcome"
  | "birthday"
  | "mostAtOnce"
  | "cooldown"
  | "dailyLimit"
  | "distance"
  | "days"
  | "stamps"
  | "points";

/** What a field for a whole number needs. */
function wholeOf(onChange: Part["onChange"]) {
  return (draft: Draft, name: Whole, min: number, max: number) => ({
    type: "number",
    min,
    max,
    value: draft[name],
    onChange: (event: { target: { value: string } }) => onChange({ [name]: event.target.value }),
  });
}
