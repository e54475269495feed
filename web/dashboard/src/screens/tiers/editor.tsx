import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Button } from "../../ui/button";
import { Select, TextArea, TextField } from "../../ui/field";
import type { Ladder, Tier } from "./data";

interface Props {
  tier: Tier;
  basis: Ladder["basis"];
  wrong: boolean;
  onChange: (change: Partial<Tier>) => void;
  onRemove: () => void;
}

/** All that can be said of one tier. */
export function Editor({ tier, basis, wrong, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const currency = useMerchant()?.currency ?? "";
  return (
    <div className="mt-3 flex flex-col gap-4 rounded-lg bg-sunken p-3 sm:p-4">
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <TextField
          label={t("tier.name")}
          required
          maxLength={100}
          pattern=".*\S.*"
          value={tier.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <TextField
          label={
            basis === "spend"
              ? t("tier.begins", { what: currency })
              : t("tier.begins", { what: t(`tierBasis.${basis}`) })
          }
          error={wrong ? t("tier.tooLow") : undefined}
          inputMode="decimal"
          required
          pattern={basis === "spend" ? "[0-9]{1,12}([.][0-9]{1,2})?" : "[0-9]{1,12}"}
          value={String(tier.threshold)}
          onChange={(event) => onChange({ threshold: event.target.value.replace(",", ".") })}
        />
        <TextField
          label={t("tier.multiplier")}
          inputMode="decimal"
          required
          pattern="[0-9]{1,3}([.][0-9]{1,4})?"
          value={String(tier.multiplier)}
          onChange={(event) => onChange({ multiplier: event.target.value.replace(",", ".") })}
        />
        <TextField
          label={t("tier.entry")}
          type="number"
          min={0}
          max={1_000_000_000}
          required
          value={tier.entry_points}
          onChange={(event) => onChange({ entry_points: Number(event.target.value) })}
        />
      </div>
      <TextArea
        label={t("tier.perks")}
        hint={t("tier.perksHint")}
        rows={3}
        value={tier.perks.join("\n")}
        onChange={(event) =>
          onChange({ perks: event.target.value ? event.target.value.split("\n").slice(0, 50) : [] })
        }
      />
      <Names tier={tier} onChange={onChange} />
      <div className="flex flex-wrap items-end justify-between gap-3">
        <label className="flex items-center gap-2 font-medium">
          <input
            type="color"
            className="h-9 w-12 rounded-lg border border-line-strong bg-card p-1"
            value={tier.colour}
            onChange={(event) => onChange({ colour: event.target.value })}
          />
          {t("tier.colour")}
        </label>
        <Button onClick={onRemove}>{t("tier.remove")}</Button>
      </div>
    </div>
  );
}

function Names({ tier, onChange }: Pick<Props, "tier" | "onChange">) {
  const { t } = useTranslation();
  const { names } = tier;
  const left = (Object.keys(LANGUAGES) as Language[]).filter((each) => !(each in names));
  return (
    <fieldset className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      <legend className="mb-1 font-medium">{t("tier.names")}</legend>
      {Object.entries(names).map(([language, name]) => (
        <TextField
          key={language}
          label={LANGUAGES[language as Language] ?? language}
          lang={language}
          maxLength={100}
          value={name}
          onChange={(event) => onChange({ names: { ...names, [language]: event.target.value } })}
        />
      ))}
      {left.length > 0 && (
        <Select
          label={t("tier.another")}
          value=""
          options={[["", "—"], ...left.map((each) => [each, LANGUAGES[each]] as const)]}
          onValue={(language) => onChange({ names: { ...names, [language]: tier.name } })}
        />
      )}
    </fieldset>
  );
}
