import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Select, TextField } from "../../ui/field";
import type { Variant } from "./data";
import { type Draft, fieldsOf, GOALS, LETTERS, VARIANTS_AT_MOST, variantOf } from "./draft";
import { useSubjects } from "./subjects";
import { useWords } from "./words";

export interface Part {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
}

const SHARE = "[0-9]{1,2}([.][0-9]{1,4})?";

/** Its name, what is tried, and on how many. */
export function Basics({ draft, onChange }: Part) {
  const { t } = useTranslation();
  const subjects = useSubjects(draft.subject);
  return (
    <Card>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <div className="sm:col-span-2">
          <TextField
            label={t("customer.name")}
            required
            maxLength={100}
            value={draft.name}
            onChange={(event) => onChange({ name: event.target.value })}
          />
        </div>
        <Select
          label={t("experiment.subject")}
          value={draft.subject}
          options={subjects}
          onValue={(subject) => onChange({ subject })}
        />
        <TextField
          label={t("experiment.percent")}
          hint={t("experiment.percentHint")}
          type="number"
          required
          min={1}
          max={100}
          value={draft.percent || ""}
          onChange={(event) => onChange({ percent: Number(event.target.value) })}
        />
      </div>
    </Card>
  );
}

/** What each variant says; the first stays as it is. */
export function Variants({ draft, onChange }: Part) {
  const { t } = useTranslation();
  const words = useWords();
  const { variants } = draft;
  const put = (place: number, change: Partial<Variant>) =>
    onChange({
      variants: variants.map((each, at) => (at === place ? { ...each, ...change } : each)),
    });
  return (
    <Card
      title={t("experiment.variants")}
      actions={
        variants.length < VARIANTS_AT_MOST && (
          <Button onClick={() => onChange({ variants: [...variants, variantOf(variants.length)] })}>
            {t("experiment.addVariant")}
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4">
        {variants.map((variant, place) => {
          const name = words.variant(place);
          return (
            <fieldset key={variant.key} className="rounded-lg p-3 shadow-card">
              <legend className="sr-only">{name}</legend>
              <div className="flex flex-col gap-3">
                <div className="flex min-h-9 flex-wrap items-center justify-between gap-2">
                  <span className="font-medium">{name}</span>
                  {place === 0 && <span className="text-muted">{t("experiment.asItIs")}</span>}
                  {place > 1 && (
                    <Button
                      kind="quiet"
                      icon="close"
                      aria-label={t("reward.remove", { what: name })}
                      onClick={() =>
                        onChange({ variants: variants.filter((_, at) => at !== place) })
                      }
                    />
                  )}
                </div>
                {place > 0 && (
                  <Said
                    variant={variant}
                    subject={draft.subject}
                    onChange={(change) => put(place, change)}
                  />
                )}
                <div className="w-40">
                  <TextField
                    label={t("experiment.weight")}
                    type="number"
                    required
                    min={1}
                    max={100}
                    value={variant.weight || ""}
                    onChange={(event) => put(place, { weight: Number(event.target.value) })}
                  />
                </div>
              </div>
            </fieldset>
          );
        })}
      </div>
    </Card>
  );
}

interface SaidProps {
  variant: Variant;
  subject: string;
  onChange: (change: Partial<Variant>) => void;
}

/** What a variant says otherwise, in the shop's own language and in others. */
function Said({ variant, subject, onChange }: SaidProps) {
  const { t } = useTranslation();
  const { changes, translations } = variant;
  const used = Object.keys(translations);
  const free = Object.entries(LANGUAGES).filter(([language]) => !used.includes(language));
  const fields = fieldsOf(subject);
  return (
    <>
      <p className="text-xs text-muted">{t("experiment.variantHint")}</p>
      {fields.map((field) => (
        <TextField
          key={field}
          label={t(`experimentField.${field}`)}
          dir="auto"
          maxLength={LETTERS[field]}
          value={changes[field] ?? ""}
          onChange={(event) => onChange({ changes: { ...changes, [field]: event.target.value } })}
        />
      ))}
      {used.map((language) => (
        <div key={language} className="flex flex-col gap-3 border-s-2 border-line ps-3">
          {fields
            .filter((field) => changes[field]?.trim())
            .map((field) => (
              <TextField
                key={field}
                label={`${t(`experimentField.${field}`)} (${LANGUAGES[language as Language] ?? language})`}
                dir="auto"
                lang={language}
                maxLength={LETTERS[field]}
                value={translations[language]?.[field] ?? ""}
                onChange={(event) =>
                  onChange({
                    translations: {
                      ...translations,
                      [language]: { ...translations[language], [field]: event.target.value },
                    },
                  })
                }
              />
            ))}
        </div>
      ))}
      {Object.values(changes).some((text) => text.trim()) && (
        <Select
          bare
          label={t("reward.addLanguage")}
          value=""
          options={[["", t("reward.addLanguage")], ...free]}
          onValue={(language) =>
            language && onChange({ translations: { ...translations, [language]: {} } })
          }
        />
      )}
    </>
  );
}

/** What the variants should bring more of, and what is known and wanted beforehand. */
export function Goal({ draft, onChange }: Part) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <Card title={t("experiment.goal")}>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Select
          label={t("experiment.goal")}
          value={draft.goal}
          options={GOALS.map((goal) => [goal, words.goal(goal)])}
          onValue={(goal) => onChange({ goal })}
        />
        <TextField
          label={t("experiment.within")}
          type="number"
          required
          min={1}
          max={30}
          value={draft.within || ""}
          onChange={(event) => onChange({ within: Number(event.target.value) })}
        />
        <TextField
          label={t("experiment.baseline")}
          hint={t("experiment.baselineHint")}
          required
          inputMode="decimal"
          pattern={SHARE}
          value={draft.baseline}
          onChange={(event) => onChange({ baseline: event.target.value.replace(",", ".") })}
        />
        <TextField
          label={t("experiment.effect")}
          hint={t("experiment.effectHint")}
          required
          inputMode="decimal"
          pattern={SHARE}
          value={draft.effect}
          onChange={(event) => onChange({ effect: event.target.value.replace(",", ".") })}
        />
      </div>
    </Card>
  );
}
