import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { Card } from "../../ui/card";
import { Checkbox, TextField } from "../../ui/field";
import { useNamed } from "./data";
import type { Draft } from "./draft";
import { MONEY, type Part } from "./fields";
import { SEGMENTS, weekday } from "./words";

const WEEK = [1, 2, 3, 4, 5, 6, 7];
const TYPED = ["channels", "collections", "products"] as const;

/** For whom and for which orders; what is left open is not asked for. */
export function Conditions({ draft, fields, onChange }: Part) {
  const { t, i18n } = useTranslation();
  const currency = useMerchant()?.currency ?? "";
  const { tiers, stores } = useNamed();
  const choices: [keyof Draft & ("tiers" | "segments" | "weekdays" | "stores"), Option[]][] = [
    ["tiers", withUnknown(tiers, draft.tiers)],
    ["segments", SEGMENTS.map((key) => [key, t(`segment.${key}`)])],
    ["weekdays", WEEK.map((day) => [String(day), weekday(day, i18n.language)])],
    ["stores", withUnknown(stores, draft.stores)],
  ];
  return (
    <Card title={t("campaign.conditions")}>
      <p className="mb-4 text-muted">{t("campaign.conditionsText")}</p>
      <div className="flex flex-col gap-5">
        <div className="grid grid-cols-1 items-end gap-4 sm:grid-cols-2">
          <TextField
            label={t("campaign.minimum", { currency })}
            inputMode="decimal"
            pattern={MONEY}
            value={draft.minimum}
            error={fields.minimum_spend}
            onChange={(event) => onChange({ minimum: event.target.value.replace(",", ".") })}
          />
          <Checkbox
            label={t("campaign.firstOrder")}
            checked={draft.firstOrder}
            onChange={(firstOrder) => onChange({ firstOrder })}
          />
        </div>
        {choices
          .filter(([, options]) => options.length > 0)
          .map(([name, options]) => (
            <Choice
              key={name}
              legend={t(name === "stores" ? "settings.stores" : `campaign.${name}`)}
              options={options}
              chosen={draft[name]}
              onChange={(chosen) => onChange({ [name]: chosen })}
            />
          ))}
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          {TYPED.map((name) => (
            <TextField
              key={name}
              label={t(`campaign.${name}`)}
              hint={t(name === "channels" ? "campaign.channelsHint" : "campaign.idsHint")}
              value={draft[name]}
              error={fields[name]}
              onChange={(event) => onChange({ [name]: event.target.value })}
            />
          ))}
        </div>
      </div>
    </Card>
  );
}

export type Option = [string, string];

/** What is chosen stays on offer, also when its name is not known any more. */
export function withUnknown(known: Option[], chosen: string[]): Option[] {
  const keys = new Set(known.map(([key]) => key));
  return [...known, ...chosen.filter((key) => !keys.has(key)).map((key): Option => [key, key])];
}

interface ChoiceProps {
  legend: string;
  options: Option[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
}

/** Some of several, as boxes to tick. */
export function Choice({ legend, options, chosen, onChange }: ChoiceProps) {
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{legend}</legend>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,10rem),1fr))] gap-x-4">
        {options.map(([key, name]) => (
          <Checkbox
            key={key}
            label={name}
            checked={chosen.includes(key)}
            onChange={(on) =>
              onChange(on ? [...chosen, key] : chosen.filter((each) => each !== key))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}
