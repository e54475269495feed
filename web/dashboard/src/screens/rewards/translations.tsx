import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Button } from "../../ui/button";
import { Select, TextArea, TextField } from "../../ui/field";
import type { Terms } from "./data";

interface Props {
  terms: Terms;
  fields: Record<string, string>;
  onTerms: (change: Partial<Terms>) => void;
}

/** Name and description in further languages; who reads none of them gets the ones above. */
export function Translations({ terms, fields, onTerms }: Props) {
  const { t } = useTranslation();
  const used = Object.keys(terms.names);
  const free = Object.entries(LANGUAGES).filter(([language]) => !used.includes(language));
  const { names, descriptions } = terms;
  return (
    <>
      {used.map((language) => {
        const said = LANGUAGES[language as Language] ?? language;
        return (
          <fieldset key={language} className="rounded-lg p-3 shadow-card">
            <legend className="sr-only">{said}</legend>
            <div className="flex flex-col gap-3">
              <div className="flex items-center justify-between font-medium">
                {said}
                <Button
                  kind="quiet"
                  icon="close"
                  aria-label={t("reward.remove", { what: said })}
                  onClick={() =>
                    onTerms({
                      names: without(names, language),
                      descriptions: without(descriptions, language),
                    })
                  }
                />
              </div>
              <TextField
                label={t("reward.name")}
                dir="auto"
                lang={language}
                required
                maxLength={200}
                value={names[language] ?? ""}
                error={fields[`terms.names.${language}`]}
                onChange={(event) =>
                  onTerms({ names: { ...names, [language]: event.target.value } })
                }
              />
              <TextArea
                label={t("reward.description")}
                dir="auto"
                lang={language}
                rows={2}
                maxLength={2000}
                value={descriptions[language] ?? ""}
                error={fields[`terms.descriptions.${language}`]}
                onChange={(event) =>
                  onTerms({ descriptions: { ...descriptions, [language]: event.target.value } })
                }
              />
            </div>
          </fieldset>
        );
      })}
      <Select
        bare
        label={t("reward.addLanguage")}
        value=""
        options={[["", t("reward.addLanguage")], ...free]}
        onValue={(language) => language && onTerms({ names: { ...names, [language]: "" } })}
      />
    </>
  );
}

function without(texts: Record<string, string>, language: string): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([each]) => each !== language));
}
