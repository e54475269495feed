import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language } from "../i18n/languages";
import { Button } from "./button";
import { Select, TextArea, TextField } from "./field";

/** By language. */
interface Texts {
  names: Record<string, string>;
  descriptions: Record<string, string>;
}

interface Props {
  texts: Texts;
  /** How long a name and a description may be. */
  most: { name: number; description: number };
  /** What was wrong, by the path of its field: `path` and then `names.de`. */
  errors: Record<string, string>;
  path: string;
  onChange: (change: Partial<Texts>) => void;
}

/** Name and description in further languages; who reads none of them gets the first ones. */
export function Translations({
  texts: { names, descriptions },
  most,
  errors,
  path,
  onChange,
}: Props) {
  const { t } = useTranslation();
  const used = Object.keys(names);
  const free = Object.entries(LANGUAGES).filter(([language]) => !used.includes(language));
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
                    onChange({
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
                maxLength={most.name}
                value={names[language] ?? ""}
                error={errors[`${path}names.${language}`]}
                onChange={(event) =>
                  onChange({ names: { ...names, [language]: event.target.value } })
                }
              />
              <TextArea
                label={t("reward.description")}
                dir="auto"
                lang={language}
                rows={2}
                maxLength={most.description}
                value={descriptions[language] ?? ""}
                error={errors[`${path}descriptions.${language}`]}
                onChange={(event) =>
                  onChange({ descriptions: { ...descriptions, [language]: event.target.value } })
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
        onValue={(language) => language && onChange({ names: { ...names, [language]: "" } })}
      />
    </>
  );
}

function without(texts: Record<string, string>, language: string): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([each]) => each !== language));
}
