import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Checkbox, Select, Switch, TextField } from "../../ui/field";
import type { Program } from "./data";

export interface Part {
  program: Program;
  disabled: boolean;
  fields: Record<string, string>;
  onChange: (change: Partial<Program>) => void;
}

const COUNTED = ["discounted", "shipping", "tax", "gift_cards", "tips"] as const;

/** What a purchase earns, when, and of what. */
export function Orders({ program, disabled, fields, onChange }: Part) {
  const { t } = useTranslation();
  const { hold } = program;
  return (
    <Card title={t("earning.orders")}>
      <fieldset disabled={disabled} className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <TextField
          label={t("earning.rate", { currency: useMerchant()?.currency ?? "" })}
          hint={useExample(program.default_rate)}
          error={fields.default_rate}
          inputMode="decimal"
          required
          pattern="[0-9]{1,7}([.][0-9]{1,6})?"
          value={program.default_rate}
          onChange={(event) => onChange({ default_rate: event.target.value.replace(",", ".") })}
        />
        <Select
          label={t("earning.rounding")}
          value={program.rounding}
          options={(["down", "nearest", "up"] as const).map((each) => [
            each,
            t(`rounding.${each}`),
          ])}
          onValue={(rounding) => onChange({ rounding })}
        />
        <Select
          label={t("earning.awardOn")}
          value={program.award_on}
          options={(["created", "paid", "fulfilled"] as const).map((each) => [
            each,
            t(`awardOn.${each}`),
          ])}
          onValue={(award_on) => onChange({ award_on })}
        />
        <div className="flex flex-col gap-4">
          <Select
            label={t("earning.hold")}
            value={hold.kind ?? "none"}
            options={(["none", "days", "fulfilled"] as const).map((each) => [
              each,
              t(`hold.${each}`),
            ])}
            onValue={(kind) => onChange({ hold: { kind, days: kind === "days" ? 14 : 0 } })}
          />
          {hold.kind === "days" && (
            <TextField
              label={t("earning.days")}
              type="number"
              min={1}
              max={3650}
              required
              value={hold.days || ""}
              error={fields["hold.days"]}
              onChange={(event) =>
                onChange({ hold: { ...hold, days: Number(event.target.value) } })
              }
            />
          )}
        </div>
      </fieldset>
      <fieldset disabled={disabled} className="mt-5">
        <legend className="mb-1 font-medium">{t("earning.counts")}</legend>
        <div className="grid grid-cols-1 sm:grid-cols-2">
          {COUNTED.map((each) => (
            <Checkbox
              key={each}
              label={t(`counts.${each}`)}
              checked={program.counts[each] ?? false}
              onChange={(on) => onChange({ counts: { ...program.counts, [each]: on } })}
            />
          ))}
        </div>
      </fieldset>
    </Card>
  );
}

function useExample(rate: string): string {
  const { t } = useTranslation();
  const format = useFormat();
  const points = Math.floor(Number(rate) * 25);
  if (!Number.isFinite(points)) return "";
  return t("earning.example", { money: format.money(25, null), points: format.amount(points) });
}

/** What happens when more is taken back than is left. */
export function Debt({ program, disabled, onChange }: Part) {
  const { t } = useTranslation();
  const { debt } = program;
  return (
    <Card title={t("earning.debt")}>
      <div className="flex flex-col gap-4">
        <Switch
          label={t("earning.debtAllowed")}
          hint={t(debt.allowed ? "earning.debtOn" : "earning.debtOff")}
          on={debt.allowed ?? true}
          disabled={disabled}
          onChange={(allowed) => onChange({ debt: { ...debt, allowed } })}
        />
        {debt.allowed && (
          <Switch
            label={t("earning.debtBlocks")}
            on={debt.blocks_redemption ?? true}
            disabled={disabled}
            onChange={(blocks_redemption) => onChange({ debt: { ...debt, blocks_redemption } })}
          />
        )}
      </div>
    </Card>
  );
}
