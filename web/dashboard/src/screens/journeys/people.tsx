import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { TextField } from "../../ui/field";
import { Choice, withUnknown } from "../campaigns/conditions";
import { useNamed } from "../campaigns/data";
import { MONEY } from "../campaigns/fields";
import { SEGMENTS } from "../campaigns/words";
import type { Plan } from "./data";
import type { Draft, Faults } from "./draft";

interface Props {
  draft: Draft;
  faults: Faults;
  onChange: (change: Partial<Draft>) => void;
}

/** Who may enter, by the conditions of campaigns that are about people. */
export function Audience({ draft, faults, onChange }: Props) {
  const { t } = useTranslation();
  const currency = useMerchant()?.currency ?? "";
  const { tiers } = useNamed();
  const { audience, ends_when } = draft;
  const set = (change: Partial<Plan["audience"]>) => {
    const changed = { ...audience, ...change };
    const ends = ends_when.filter((each) => each !== "left_segment");
    onChange({ audience: changed, ...(changed.segments.length === 0 && { ends_when: ends }) });
  };
  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted">{t("campaign.conditionsText")}</p>
      <div className="max-w-sm">
        <TextField
          label={t("journey.spent", { currency })}
          inputMode="decimal"
          pattern={MONEY}
          value={Number(audience.minimum_spend) === 0 ? "" : audience.minimum_spend}
          error={faults.minimum_spend}
          onChange={(event) => set({ minimum_spend: event.target.value.replace(",", ".") || "0" })}
        />
      </div>
      {tiers.length > 0 && (
        <Choice
          legend={t("campaign.tiers")}
          options={withUnknown(tiers, audience.tiers)}
          chosen={audience.tiers}
          onChange={(chosen) => set({ tiers: chosen })}
        />
      )}
      <Choice
        legend={t("campaign.segments")}
        options={SEGMENTS.map((key) => [key, t(`segment.${key}`)])}
        chosen={audience.segments}
        onChange={(segments) => set({ segments })}
      />
    </div>
  );
}

/** What ends it for somebody before its last step. */
export function Ends({ draft, onChange }: Props) {
  const { t } = useTranslation();
  const known = ["bought", "redeemed", "left_segment"] as const;
  return (
    <Choice
      legend={t("journey.endsWhen")}
      options={known
        .filter((each) => each !== "left_segment" || draft.audience.segments.length > 0)
        .map((each) => [each, t(`journeyEnds.${each}`)])}
      chosen={draft.ends_when}
      onChange={(chosen) => onChange({ ends_when: known.filter((each) => chosen.includes(each)) })}
    />
  );
}

/** Whom it leaves out to be compared with, and for how long is counted. */
export function Measure({ draft, faults, fixed, onChange }: Props & { fixed: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="grid grid-cols-1 items-start gap-4 sm:grid-cols-2">
      <TextField
        label={t("campaign.holdout")}
        hint={t(fixed ? "journey.holdoutFixed" : "campaign.holdoutHint")}
        type="number"
        required
        disabled={fixed}
        min={0}
        max={50}
        value={draft.holdout}
        error={faults.holdout}
        onChange={(event) => onChange({ holdout: Number(event.target.value) })}
      />
      <TextField
        label={t("journey.countsDays")}
        type="number"
        required
        min={1}
        max={90}
        value={draft.counts_days || ""}
        error={faults.counts_days}
        onChange={(event) => onChange({ counts_days: Number(event.target.value) })}
      />
    </div>
  );
}
