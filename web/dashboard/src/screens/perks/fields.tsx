import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { Card } from "../../ui/card";
import { Checkbox, Select, TextArea, TextField } from "../../ui/field";
import { Translations } from "../../ui/translations";
import { rewardsQuery } from "../rewards/data";
import { useRewardName } from "../rewards/worth";
import { tiersQuery, useTierName } from "../tiers/data";
import { KINDS, type State } from "./data";
import type { Draft } from "./draft";

export interface Part {
  draft: Draft;
  disabled: boolean;
  /** What was wrong, by field. */
  fields: Record<string, string>;
  onChange: (change: Partial<Draft>) => void;
}

const STATES: readonly (readonly [State, string])[] = [
  ["draft", "phase.draft"],
  ["active", "switches.on"],
  ["paused", "phase.paused"],
  ["archived", "phase.archived"],
];
const MOST = { name: 80, description: 300 };

/** What it is, and what it is called. */
export function Gift(part: Part) {
  const { t } = useTranslation();
  const { draft, disabled, fields, onChange } = part;
  return (
    <Card title={t("reward.gift")}>
      <div className="flex flex-col gap-4">
        <Select
          label={t("reward.kind")}
          hint={t(`perkText.${draft.kind}`)}
          value={draft.kind}
          disabled={disabled}
          options={KINDS.map((kind) => [kind, t(`perkKind.${kind}`)])}
          onValue={(kind) => onChange({ kind })}
        />
        {draft.kind === "reward" ? <Reward {...part} /> : <Page {...part} />}
        <TextField
          label={t("reward.name")}
          required
          dir="auto"
          maxLength={MOST.name}
          value={draft.name}
          error={fields.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <TextArea
          label={t("reward.description")}
          dir="auto"
          rows={2}
          maxLength={MOST.description}
          value={draft.text}
          error={fields.text}
          onChange={(event) => onChange({ text: event.target.value })}
        />
        <Translations texts={draft} most={MOST} errors={fields} path="" onChange={onChange} />
      </div>
    </Card>
  );
}

/** A page that nobody else is told of, and products that a shop asks us about. */
function Page({ draft, fields, onChange }: Part) {
  const { t } = useTranslation();
  const early = draft.kind === "early_access";
  return (
    <>
      <TextField
        label={t("perk.link")}
        hint={t("perk.linkHint")}
        dir="ltr"
        spellCheck={false}
        placeholder="/collections/early"
        maxLength={500}
        required={early && !draft.products.trim()}
        value={draft.link}
        error={fields.link}
        onChange={(event) => onChange({ link: event.target.value })}
      />
      {early && (
        <TextField
          label={t("campaign.products")}
          hint={t("campaign.idsHint")}
          dir="ltr"
          spellCheck={false}
          value={draft.products}
          error={fields.products}
          onChange={(event) => onChange({ products: event.target.value })}
        />
      )}
    </>
  );
}

/** One of the catalogue, which has to be for no other tiers than the perk's. */
function Reward({ draft, disabled, fields, onChange }: Part) {
  const { t } = useTranslation();
  const nameOf = useRewardName();
  const rewards = useQuery(rewardsQuery).data ?? [];
  const offered = rewards.filter(({ id, state }) => state !== "archived" || id === draft.reward);
  const chosen = rewards.find(({ id }) => id === draft.reward);
  const limits = chosen?.terms.tiers ?? [];
  const open =
    chosen && (limits.length === 0 || limits.some((tier) => !draft.tiers.includes(tier)));
  return (
    <div>
      <Select
        label={t("perk.reward")}
        value={draft.reward}
        disabled={disabled}
        error={fields.reward_id ?? fields.terms}
        options={[["", "–"], ...offered.map((each) => [each.id, nameOf(each)] as const)]}
        onValue={(reward) => onChange({ reward })}
      />
      {open && draft.tiers.length > 0 && (
        <p role="status" className="mt-1 text-xs">
          {t("perk.others")}{" "}
          <Link
            to="/rewards/$rewardId"
            params={{ rewardId: chosen.id }}
            className="font-medium text-accent hover:underline"
          >
            {t("perk.limit")}
          </Link>
        </p>
      )}
    </div>
  );
}

/** On which tiers, since when, and whether it is on. */
export function Holders({ draft, disabled, fields, onChange }: Part) {
  const { t } = useTranslation();
  const zone = useMerchant()?.time_zone;
  return (
    <Card title={t("perk.who")}>
      <div className="flex flex-col gap-4">
        <Tiers
          chosen={draft.tiers}
          error={fields.tiers}
          onChange={(tiers) => onChange({ tiers })}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={t("campaign.starts")}
            hint={zone && t("campaign.zone", { zone })}
            type="datetime-local"
            value={draft.starts}
            error={fields.starts_at}
            onChange={(event) => onChange({ starts: event.target.value })}
          />
          {draft.kind === "early_access" && (
            <TextField
              label={t("perk.everybody")}
              hint={t("perk.everybodyHint")}
              type="datetime-local"
              min={draft.starts}
              value={draft.everybody}
              error={fields.everybody_at}
              onChange={(event) => onChange({ everybody: event.target.value })}
            />
          )}
          <Select
            label={t("order.state")}
            value={draft.state}
            disabled={disabled}
            options={STATES.map(([state, title]) => [state, t(title)])}
            onValue={(state) => onChange({ state })}
          />
        </div>
      </div>
    </Card>
  );
}

interface TiersProps {
  chosen: string[];
  error: string | undefined;
  onChange: (tiers: string[]) => void;
}

function Tiers({ chosen, error, onChange }: TiersProps) {
  const { t } = useTranslation();
  const nameOf = useTierName();
  const query = useQuery(tiersQuery);
  const known = (query.data?.ladder.tiers ?? []).map((tier) => tier.key);
  // One that has left the ladder meanwhile can still be taken off.
  const all = [...known, ...chosen.filter((key) => !known.includes(key))];
  if (query.isSuccess && all.length === 0) {
    return (
      <p className="text-muted">
        {t("perk.noTiers")}{" "}
        <Link to="/tiers" className="font-medium text-accent hover:underline">
          {t("tier.add")}
        </Link>
      </p>
    );
  }
  return (
    <fieldset>
      <legend className="sr-only">{t("perk.who")}</legend>
      <div className="flex flex-wrap gap-x-4">
        {all.map((key) => (
          <Checkbox
            key={key}
            label={nameOf(key)}
            checked={chosen.includes(key)}
            onChange={(on) =>
              onChange(on ? [...chosen, key] : chosen.filter((other) => other !== key))
            }
          />
        ))}
      </div>
      {error && (
        <p role="alert" className="text-xs font-medium text-danger">
          {error}
        </p>
      )}
    </fieldset>
  );
}
