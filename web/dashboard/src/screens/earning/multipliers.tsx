import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Select, TextField } from "../../ui/field";
import { SEGMENTS } from "../campaigns/words";
import type { Part } from "./rules";

const BASE = 100;
const FACTOR = "[0-9]{1,3}([.][0-9]{1,4})?";

/** What a segment multiplies by, and what several multipliers on one order come to. */
export function Multipliers({ program, disabled, fields, onChange }: Part) {
  const { t } = useTranslation();
  const { multipliers } = program;
  const segments = (multipliers.segments ?? {}) as Record<string, string>;
  const set = (change: Partial<typeof multipliers>) =>
    onChange({ multipliers: { ...multipliers, ...change } });
  return (
    <Card title={t("multiplier.title")}>
      <p className="mb-4 text-muted">{t("multiplier.text")}</p>
      <fieldset disabled={disabled} className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Select
          label={t("multiplier.combine")}
          value={multipliers.combine ?? "highest"}
          options={(["highest", "sum", "product"] as const).map((each) => [
            each,
            t(`multiplier.${each}`),
          ])}
          onValue={(combine) => set({ combine })}
        />
        <TextField
          label={t("multiplier.atMost")}
          required
          inputMode="decimal"
          pattern={FACTOR}
          value={multipliers.at_most ?? ""}
          error={fields["multipliers.at_most"]}
          onChange={(event) => set({ at_most: event.target.value.replace(",", ".") })}
        />
      </fieldset>
      <Example multipliers={multipliers} />
      <fieldset disabled={disabled} className="mt-5">
        <legend className="mb-2 font-medium">{t("multiplier.segments")}</legend>
        <div className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-5">
          {SEGMENTS.map((key) => (
            <TextField
              key={key}
              label={t(`segment.${key}`)}
              placeholder="1"
              inputMode="decimal"
              pattern={FACTOR}
              value={segments[key] ?? ""}
              error={fields[`multipliers.segments.${key}`]}
              onChange={(event) =>
                set({ segments: withFactor(segments, key, event.target.value.replace(",", ".")) })
              }
            />
          ))}
        </div>
      </fieldset>
    </Card>
  );
}

/** Worked through with the numbers of the form, as the server does it. */
function Example({ multipliers }: { multipliers: Part["program"]["multipliers"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [tier, setTier] = useState("1.5");
  const [campaign, setCampaign] = useState("2");
  const chosen = Math.max(1, ...Object.values(multipliers.segments ?? {}).map(Number));
  const factors = [Number(tier), chosen, Number(campaign)];
  const most = Number(multipliers.at_most ?? 10);
  const factor = Math.min(combined(factors, multipliers.combine ?? "highest"), most);
  return (
    <div className="mt-4 rounded-lg bg-sunken p-3">
      <div className="flex flex-wrap items-end gap-3">
        <div className="w-28">
          <TextField
            label={t("multiplier.tier")}
            inputMode="decimal"
            value={tier}
            onChange={(event) => setTier(event.target.value.replace(",", "."))}
          />
        </div>
        <div className="w-28">
          <TextField
            label={t("multiplier.campaign")}
            inputMode="decimal"
            value={campaign}
            onChange={(event) => setCampaign(event.target.value.replace(",", "."))}
          />
        </div>
      </div>
      <output className="mt-2 block" aria-live="polite">
        {Number.isFinite(factor) && factors.every((each) => each >= 1)
          ? t("multiplier.example", {
              base: format.amount(BASE),
              tier: format.number(Number(tier)),
              segment: format.number(chosen),
              campaign: format.number(Number(campaign)),
              points: format.amount(Math.floor(round(BASE * factor))),
            })
          : "…"}
      </output>
    </div>
  );
}

function combined(factors: number[], how: string): number {
  if (how === "highest") return Math.max(...factors);
  if (how === "sum") return factors.reduce((sum, factor) => sum + factor - 1, 1);
  return factors.reduce((product, factor) => product * factor, 1);
}

/** Four places, as the server computes: 100 × 1.1 is 110 and not a hair more or less. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function withFactor(
  segments: Record<string, string>,
  key: string,
  factor: string,
): Record<string, string> {
  const { [key]: _, ...others } = segments;
  return factor ? { ...others, [key]: factor } : others;
}
