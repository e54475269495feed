import { useTranslation } from "react-i18next";
import { Card } from "../../ui/card";
import { Checkbox, Select, TextField } from "../../ui/field";
import { useNamed } from "../campaigns/data";
import { AUDIENCES, KINDS, PLACES, type Place } from "./data";
import { type Draft, ofKind, type Shop, takesCode, takesLink } from "./draft";

export interface Part {
  draft: Draft;
  shop: Shop;
  disabled: boolean;
  /** Its kind stays what it was made as. */
  fixed: boolean;
  /** What was wrong, by field. */
  fields: Record<string, string>;
  onChange: (change: Partial<Draft>) => void;
}

/** What it is, and what the staff call it. */
export function Basics({ draft, disabled, fixed, fields, onChange }: Part) {
  const { t } = useTranslation();
  return (
    <Card>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t("site.name")}
          required
          dir="auto"
          maxLength={100}
          value={draft.name}
          error={fields.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <Select
          label={t("reward.kind")}
          value={draft.kind}
          disabled={disabled || fixed}
          options={KINDS.map((kind) => [kind, t(`siteKind.${kind}`)])}
          onValue={(kind) => onChange(ofKind(draft, kind))}
        />
      </div>
    </Card>
  );
}

/** Where its button leads, and the code that it gives. */
export function Meeting({ draft, fields, onChange }: Part) {
  const { t } = useTranslation();
  const asks = draft.kind === "email_capture";
  return (
    <Card title={t("site.gives")}>
      <div className="grid gap-4 sm:grid-cols-2">
        {takesLink(draft.kind) && (
          <TextField
            label={t("site.link")}
            hint={t("site.linkHint")}
            dir="ltr"
            spellCheck={false}
            placeholder="/collections/new"
            maxLength={500}
            value={draft.link}
            error={fields.link}
            onChange={(event) => onChange({ link: event.target.value })}
          />
        )}
        {takesCode(draft.kind) && (
          <TextField
            label={t("site.code")}
            hint={asks ? t("site.codeHint") : undefined}
            required={draft.kind === "discount_banner"}
            dir="ltr"
            spellCheck={false}
            autoComplete="off"
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"
            value={draft.code}
            error={fields.code}
            onChange={(event) => onChange({ code: event.target.value })}
          />
        )}
      </div>
    </Card>
  );
}

/** On which pages, and for whom. */
export function Where({ draft, disabled, onChange }: Part) {
  const { t } = useTranslation();
  const tiers = useNamed().tiers;
  const settled = draft.kind === "after_purchase";
  const turn = (place: Place, on: boolean) => {
    const others = draft.where.filter((each) => each !== place && each !== "any");
    const next = on ? (place === "any" ? [place] : [...others, place]) : others;
    onChange({ where: next.length > 0 ? next : ["any"] });
  };
  return (
    <Card title={t("site.where")}>
      <div className="flex flex-col gap-4">
        {!settled && draft.kind !== "note" && (
          <fieldset>
            <legend className="sr-only">{t("site.where")}</legend>
            <div className="grid grid-cols-2 gap-x-4">
              {PLACES.map((place) => (
                <Checkbox
                  key={place}
                  label={t(`sitePlace.${place}`)}
                  checked={draft.where.includes(place)}
                  onChange={(on) => turn(place, on)}
                />
              ))}
            </div>
          </fieldset>
        )}
        <Select
          label={t("site.who")}
          value={draft.audience}
          disabled={disabled}
          options={AUDIENCES.map((each) => [each, t(`site.${each}`)])}
          onValue={(audience) => onChange({ audience })}
        />
        {draft.audience === "member" && tiers.length > 0 && (
          <fieldset>
            <legend className="font-medium">{t("reward.tiers")}</legend>
            <div className="grid grid-cols-2 gap-x-4">
              {tiers.map(([key, name]) => (
                <Checkbox
                  key={key}
                  label={name}
                  checked={draft.tiers.includes(key)}
                  onChange={(on) =>
                    onChange({
                      tiers: on
                        ? [...draft.tiers, key]
                        : draft.tiers.filter((each) => each !== key),
                    })
                  }
                />
              ))}
            </div>
          </fieldset>
        )}
      </div>
    </Card>
  );
}

/** From when to when, how soon, and how often at most. */
export function When({ draft, shop, fields, onChange }: Part) {
  const { t } = useTranslation();
  const speaks = draft.kind !== "note";
  const counts = [
    ["after", "site.after", 0, 600],
    ["times", "site.times", 1, 100],
    ["days", "site.days", 1, 365],
  ] as const;
  return (
    <Card title={t("order.when")}>
      <div className="grid gap-4 sm:grid-cols-6">
        {speaks &&
          counts.map(([name, label, least, most]) => (
            <div key={name} className="flex items-end sm:col-span-2">
              <TextField
                label={t(label)}
                type="number"
                required
                min={least}
                max={most}
                value={Number.isNaN(draft[name]) ? "" : draft[name]}
                onChange={(event) => onChange({ [name]: event.target.valueAsNumber })}
              />
            </div>
          ))}
        <div className="sm:col-span-3">
          <TextField
            label={t("campaign.starts")}
            hint={t("campaign.zone", { zone: shop.zone })}
            type="datetime-local"
            value={draft.starts}
            error={fields.starts_at}
            onChange={(event) => onChange({ starts: event.target.value })}
          />
        </div>
        <div className="sm:col-span-3">
          <TextField
            label={t("campaign.ends")}
            hint={t("campaign.endsHint")}
            type="datetime-local"
            min={draft.starts}
            value={draft.ends}
            error={fields.ends_at}
            onChange={(event) => onChange({ ends: event.target.value })}
          />
        </div>
      </div>
    </Card>
  );
}
