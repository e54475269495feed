import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { TextField } from "../../ui/field";
import { doubled, freshStage, ordered, type StageDraft } from "./draft";
import { MONEY, type Part } from "./fields";
import { Names } from "./names";

const MOST_STAGES = 10;

/** What so many stamps bring: on the way, and when the card is full. */
export function Stages({ draft: { stages }, disabled, fields, onChange }: Part) {
  const { t } = useTranslation();
  const twice = doubled(stages);
  const change = (key: string, part: Partial<StageDraft>) =>
    onChange({ stages: stages.map((it) => (it.key === key ? { ...it, ...part } : it)) });
  const add = () => {
    const last = Number(ordered(stages).at(-1)?.count) || 0;
    onChange({ stages: [...stages, freshStage(Math.min(100, last + 5))] });
  };
  return (
    <Card title={t("stampCard.brings")}>
      <div className="flex flex-col gap-4">
        <p className="text-muted">{t("stampCard.bringsText")}</p>
        {stages.map((stage) => (
          <One
            key={stage.key}
            stage={stage}
            error={twice.has(stage.key) ? t("stampCard.sameCount") : undefined}
            fields={fields}
            onChange={(part) => change(stage.key, part)}
            onRemove={
              stages.length > 1 && !disabled
                ? () => onChange({ stages: stages.filter(({ key }) => key !== stage.key) })
                : undefined
            }
          />
        ))}
        {stages.length < MOST_STAGES && !disabled && (
          <div>
            <Button onClick={add}>{t("stampCard.addStage")}</Button>
          </div>
        )}
      </div>
    </Card>
  );
}

interface OneProps {
  stage: StageDraft;
  error: string | undefined;
  fields: Record<string, string>;
  onChange: (part: Partial<StageDraft>) => void;
  onRemove: (() => void) | undefined;
}

function One({ stage, error, fields, onChange, onRemove }: OneProps) {
  const { t } = useTranslation();
  const currency = useMerchant()?.currency ?? "";
  const what = stage.name || t("redemption.reward");
  const wrong = (field: string) => fields[`stages.${stage.key}.${field}`];
  return (
    <fieldset className="flex flex-col gap-3 rounded-lg p-3 shadow-card">
      <legend className="sr-only">{what}</legend>
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-[6rem_1fr_8rem]">
        <TextField
          label={t("stampCard.stamps")}
          type="number"
          min={1}
          max={100}
          required
          value={stage.count}
          error={error ?? wrong("count")}
          onChange={(event) => onChange({ count: event.target.value })}
        />
        <TextField
          label={t("redemption.reward")}
          required
          dir="auto"
          maxLength={100}
          pattern=".*\S.*"
          value={stage.name}
          error={wrong("name")}
          onChange={(event) => onChange({ name: event.target.value })}
        />
        <TextField
          label={t("stampCard.cost", { currency })}
          inputMode="decimal"
          pattern={MONEY}
          value={stage.cost}
          error={wrong("cost")}
          onChange={(event) => onChange({ cost: event.target.value.replace(",", ".") })}
        />
      </div>
      <div className="flex items-start justify-between gap-2">
        <details className="min-w-0 flex-1">
          <summary className="py-1.5 font-medium text-muted">{t("tier.names")}</summary>
          <Names name={stage.name} names={stage.names} onChange={(names) => onChange({ names })} />
        </details>
        {onRemove && (
          <Button kind="quiet" aria-label={t("reward.remove", { what })} onClick={onRemove}>
            {t("action.remove")}
          </Button>
        )}
      </div>
    </fieldset>
  );
}
