import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { Card } from "../../ui/card";
import { Checkbox, Select, TextField } from "../../ui/field";
import type { Settings } from "./data";
import { MARKS } from "./words";

const WAYS = ["email", "sms", "whatsapp"] as const;

export interface Part {
  settings: Settings;
  disabled: boolean;
  fields: Record<string, string>;
  onChange: (change: Partial<Settings>) => void;
}

export function When({ settings, disabled, onChange }: Part) {
  const { t } = useTranslation();
  const currency = useMerchant()?.currency ?? "";
  const { [currency]: least, ...others } = settings.minimum_spend;
  const byOrder = settings.completes_on === "first_order";
  return (
    <Card title={t("referral.when")}>
      <fieldset disabled={disabled} className="grid grid-cols-1 items-end gap-4 sm:grid-cols-2">
        <Select
          bare
          label={t("referral.when")}
          value={settings.completes_on}
          options={(["first_order", "sign_up"] as const).map((each) => [
            each,
            t(`referral.${each}`),
          ])}
          onValue={(completes_on) => onChange({ completes_on })}
        />
        {byOrder && (
          <Whole
            label={t("referral.returnDays")}
            least={0}
            most={365}
            value={settings.return_days}
            onValue={(return_days) => onChange({ return_days })}
          />
        )}
        {byOrder && (
          <TextField
            label={t("referral.minimum", { currency })}
            inputMode="decimal"
            pattern="[0-9]{1,9}([.][0-9]{1,3})?"
            value={least ?? ""}
            onChange={(event) => {
              const told = event.target.value.replace(",", ".");
              onChange({ minimum_spend: told ? { ...others, [currency]: told } : others });
            }}
          />
        )}
        <Whole
          label={t("referral.expiresDays")}
          least={1}
          most={730}
          value={settings.expires_days}
          onValue={(expires_days) => onChange({ expires_days })}
        />
      </fieldset>
    </Card>
  );
}

export function Abuse({ settings, disabled, onChange }: Part) {
  const { t } = useTranslation();
  const marks = settings.review_marks;
  return (
    <Card title={t("referral.abuse")}>
      <p className="mb-3 text-muted">{t("referral.abuseText")}</p>
      <fieldset disabled={disabled} className="mb-4 grid grid-cols-1 sm:grid-cols-2">
        <legend className="sr-only">{t("referral.abuse")}</legend>
        {MARKS.map((mark) => (
          <Checkbox
            key={mark}
            label={t(`referral.signal_${mark}`)}
            checked={marks.includes(mark)}
            onChange={(on) =>
              onChange({
                review_marks: MARKS.filter((it) => (it === mark ? on : marks.includes(it))),
              })
            }
          />
        ))}
      </fieldset>
      <fieldset disabled={disabled} className="sm:max-w-xs">
        <Whole
          label={t("referral.perDay")}
          least={1}
          most={10_000}
          value={settings.per_day}
          onValue={(per_day) => onChange({ per_day })}
        />
      </fieldset>
    </Card>
  );
}

export function Inviting({ settings, disabled, onChange }: Part) {
  const { t } = useTranslation();
  const ways = settings.invite_by;
  return (
    <Card title={t("referral.invite")}>
      <p className="mb-3 text-muted">{t("referral.inviteText")}</p>
      <fieldset disabled={disabled} className="mb-4 grid grid-cols-1 sm:grid-cols-3">
        <legend className="sr-only">{t("referral.invite")}</legend>
        {WAYS.map((way) => (
          <Checkbox
            key={way}
            label={t(`message.${way}`)}
            checked={ways.includes(way)}
            onChange={(on) =>
              onChange({ invite_by: WAYS.filter((it) => (it === way ? on : ways.includes(it))) })
            }
          />
        ))}
      </fieldset>
      <fieldset disabled={disabled} className="sm:max-w-xs">
        <Whole
          label={t("referral.invitesPerDay")}
          least={1}
          most={100}
          value={settings.invitations_per_day}
          onValue={(invitations_per_day) => onChange({ invitations_per_day })}
        />
      </fieldset>
    </Card>
  );
}

export function Landing({ settings, disabled, fields, onChange }: Part) {
  const { t } = useTranslation();
  return (
    <Card title={t("referral.link")}>
      <fieldset disabled={disabled}>
        <TextField
          bare
          label={t("referral.link")}
          hint={t("referral.linkHint")}
          type="text"
          inputMode="url"
          dir="ltr"
          maxLength={500}
          pattern="(https://|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?/)[^\s\{\}]+\{code\}[^\s\{\}]*"
          placeholder="https://shop.example/?ref={code}"
          error={fields["settings.link"]}
          value={settings.link ?? ""}
          onChange={(event) => onChange({ link: event.target.value.trim() || null })}
        />
      </fieldset>
    </Card>
  );
}

interface WholeProps {
  label: string;
  least: number;
  most: number;
  value: number;
  error?: string | undefined;
  onValue: (value: number) => void;
}

export function Whole({ label, least, most, value, error, onValue }: WholeProps) {
  return (
    <TextField
      label={label}
      type="number"
      inputMode="numeric"
      min={least}
      max={most}
      step={1}
      required
      value={Number.isNaN(value) ? "" : value}
      error={error}
      onChange={(event) => onValue(event.target.valueAsNumber)}
    />
  );
}
