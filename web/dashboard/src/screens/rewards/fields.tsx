import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { instantOf, wallTime } from "../../i18n/wall-time";
import { Card } from "../../ui/card";
import { Checkbox, Select, Switch, TextArea, TextField } from "../../ui/field";
import { Translations } from "../../ui/translations";
import { tiersQuery } from "../tiers/data";
import type { Kind, Terms } from "./data";
import type { Draft } from "./examples";
import { MoneyByCurrency } from "./money";

export interface Part {
  draft: Draft;
  disabled: boolean;
  /** What was refused, by the path of its field. */
  fields: Record<string, string>;
  onChange: (change: Partial<Draft>) => void;
  onTerms: (change: Partial<Terms>) => void;
}

const KINDS = [
  "amount_off",
  "percent_off",
  "free_shipping",
  "free_product",
  "gift_card",
  "voucher",
] as const;
const IN_MONEY: readonly Kind[] = ["amount_off", "gift_card"];
const MOST = 1_000_000_000;

/** What a customer gets, and what it is called. */
export function Gift({ draft: { terms }, disabled, fields, onTerms }: Part) {
  const { t } = useTranslation();
  const home = useMerchant()?.currency ?? "USD";
  const choose = (kind: Kind) => {
    // What another kind was worth means nothing to this one, and the server takes no half-truths.
    const amounts = IN_MONEY.includes(kind)
      ? Object.keys(terms.amounts).length
        ? terms.amounts
        : { [home]: "" }
      : {};
    const percent = kind === "percent_off" ? (terms.percent ?? "10") : null;
    onTerms({ kind, amounts, percent, product: kind === "free_product" ? "" : null });
  };
  return (
    <Card title={t("reward.gift")}>
      <fieldset disabled={disabled} className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Select
          label={t("reward.kind")}
          value={terms.kind}
          options={KINDS.map((each) => [each, t(`rewardKind.${each}`)])}
          onValue={choose}
        />
        <TextField
          label={t("reward.cost")}
          type="number"
          min={1}
          max={MOST}
          required
          value={terms.cost || ""}
          error={fields["terms.cost"]}
          onChange={(event) => onTerms({ cost: Number(event.target.value) })}
        />
        {IN_MONEY.includes(terms.kind) && (
          <div className="sm:col-span-2">
            <MoneyByCurrency
              title={t("reward.amounts")}
              money={terms.amounts}
              required
              errors={under(fields, "terms.amounts.")}
              onChange={(amounts) => onTerms({ amounts })}
            />
          </div>
        )}
        {terms.kind === "percent_off" && (
          <TextField
            label={t("reward.percent")}
            inputMode="decimal"
            required
            pattern="[0-9]{1,3}([.][0-9]{1,2})?"
            value={terms.percent ?? ""}
            error={fields["terms.percent"]}
            onChange={(event) => onTerms({ percent: event.target.value.replace(",", ".") })}
          />
        )}
        {terms.kind === "free_product" && (
          <TextField
            label={t("reward.product")}
            required
            maxLength={255}
            value={terms.product ?? ""}
            error={fields["terms.product"]}
            onChange={(event) => onTerms({ product: event.target.value })}
          />
        )}
        <div className="flex flex-col gap-4 sm:col-span-2">
          <TextField
            label={t("reward.name")}
            required
            maxLength={200}
            value={terms.name}
            error={fields["terms.name"]}
            onChange={(event) => onTerms({ name: event.target.value })}
          />
          <TextArea
            label={t("reward.description")}
            rows={2}
            maxLength={2000}
            value={terms.description}
            error={fields["terms.description"]}
            onChange={(event) => onTerms({ description: event.target.value })}
          />
          <Translations
            texts={terms}
            most={{ name: 200, description: 2000 }}
            errors={fields}
            path="terms."
            onChange={onTerms}
          />
        </div>
      </fieldset>
    </Card>
  );
}

/** Whether it is on offer, since when, and how many there are. */
export function Availability(part: Part & { taken: number }) {
  const { draft, disabled, fields, onChange, onTerms, taken } = part;
  const { t } = useTranslation();
  const { terms, state, stock } = draft;
  return (
    <Card title={t("reward.availability")}>
      <fieldset disabled={disabled} className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Select
          label={t("order.state")}
          value={state}
          options={[
            ["active", t("rewardState.active")],
            ["paused", t("rewardState.paused")],
            ["draft", t("rewardState.draft")],
            ...(state === "archived" ? [["archived", t("rewardState.archived")] as const] : []),
          ]}
          onValue={(chosen) => onChange({ state: chosen })}
        />
        <Whole
          label={t("reward.stock")}
          hint={t("reward.stockHint")}
          least={taken}
          value={stock}
          error={fields.stock}
          onChange={(value) => onChange({ stock: value })}
        />
        <Instant
          label={t("reward.starts")}
          value={terms.starts_at}
          error={fields["terms.starts_at"]}
          onChange={(starts_at) => onTerms({ starts_at })}
        />
        <Instant
          label={t("reward.ends")}
          value={terms.ends_at}
          after={terms.starts_at}
          error={fields["terms.ends_at"]}
          onChange={(ends_at) => onTerms({ ends_at })}
        />
      </fieldset>
    </Card>
  );
}

/** Who can have it, for what, and what becomes of the points later. */
export function Conditions({ draft: { terms }, disabled, fields, onTerms }: Part) {
  const { t } = useTranslation();
  return (
    <Card title={t("reward.conditions")}>
      <fieldset disabled={disabled} className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <div className="sm:col-span-2">
          <MoneyByCurrency
            title={t("reward.minimum")}
            money={terms.minimum_spend}
            errors={under(fields, "terms.minimum_spend.")}
            onChange={(minimum_spend) => onTerms({ minimum_spend })}
          />
        </div>
        <Whole
          label={t("earning.perCustomer")}
          value={terms.per_customer}
          error={fields["terms.per_customer"]}
          onChange={(per_customer) => onTerms({ per_customer })}
        />
        <Whole
          label={t("reward.validDays")}
          most={3650}
          value={terms.valid_days}
          error={fields["terms.valid_days"]}
          onChange={(valid_days) => onTerms({ valid_days })}
        />
        <Select
          label={t("reward.where")}
          value={terms.where}
          options={(["both", "online", "counter"] as const).map((each) => [
            each,
            t(`where.${each}`),
          ])}
          onValue={(where) => onTerms({ where })}
        />
        <Select
          label={t("reward.onRefund")}
          value={terms.on_refund}
          options={(["pro_rata", "full", "none"] as const).map((each) => [
            each,
            t(`onRefund.${each}`),
          ])}
          onValue={(on_refund) => onTerms({ on_refund })}
        />
        <Tiers chosen={terms.tiers} onChange={(tiers) => onTerms({ tiers })} />
        {terms.valid_days !== null && (
          <div className="sm:col-span-2">
            <Switch
              label={t("reward.returnsUnused")}
              on={terms.returns_unused}
              disabled={disabled}
              onChange={(returns_unused) => onTerms({ returns_unused })}
            />
          </div>
        )}
      </fieldset>
    </Card>
  );
}

function Tiers({ chosen, onChange }: { chosen: string[]; onChange: (tiers: string[]) => void }) {
  const { t } = useTranslation();
  const tiers = useQuery(tiersQuery).data?.ladder.tiers ?? [];
  if (tiers.length === 0) return null;
  return (
    <fieldset className="sm:col-span-2">
      <legend className="mb-1 font-medium">{t("reward.tiers")}</legend>
      <div className="flex flex-wrap gap-x-4">
        {tiers.map(({ key, name }) => (
          <Checkbox
            key={key}
            label={name}
            checked={chosen.includes(key)}
            onChange={(on) =>
              onChange(on ? [...chosen, key] : chosen.filter((other) => other !== key))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}

interface WholeProps {
  label: string;
  hint?: string;
  value: number | null;
  least?: number;
  most?: number;
  error: string | undefined;
  onChange: (value: number | null) => void;
}

/** A whole number, or none for no limit. */
function Whole({ label, hint, value, least = 1, most = 1_000_000, error, onChange }: WholeProps) {
  const { t } = useTranslation();
  return (
    <TextField
      label={label}
      hint={hint}
      placeholder={t("earning.noLimit")}
      type="number"
      min={least}
      max={most}
      value={value ?? ""}
      error={error}
      onChange={(event) => onChange(event.target.value ? Number(event.target.value) : null)}
    />
  );
}

interface InstantProps {
  label: string;
  value: string | null;
  after?: string | null;
  error: string | undefined;
  onChange: (value: string | null) => void;
}

function Instant({ label, value, after, error, onChange }: InstantProps) {
  const zone = useMerchant()?.time_zone ?? "UTC";
  return (
    <TextField
      label={label}
      hint={zone}
      type="datetime-local"
      value={value ? wallTime(value, zone) : ""}
      {...(after ? { min: wallTime(after, zone) } : {})}
      error={error}
      onChange={(event) =>
        onChange(event.target.value ? instantOf(event.target.value, zone) : null)
      }
    />
  );
}

function under(fields: Record<string, string>, path: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, text]) =>
      name.startsWith(path) ? [[name.slice(path.length).split(".")[0] ?? "", text]] : [],
    ),
  );
}
