import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Card } from "../../ui/card";
import { TextArea, TextField } from "../../ui/field";
import type { Said } from "./draft";
import type { Part } from "./fields";
import { LanguageTabs } from "./language-tabs";

const EMPTY: Said = { title: "", text: "", button: "", consent: "", thanks: "" };
const ROOM = { title: 80, text: 300, button: 40, consent: 600, thanks: 300 } as const;

interface Props extends Part {
  language: Language;
  onLanguage: (language: Language) => void;
}

/** What a nudge says, a language at a time; who reads none of them reads the shop's own. */
export function NudgeWords({ draft, shop, fields, language, onLanguage, onChange }: Props) {
  const { t } = useTranslation();
  const { home } = shop;
  const at = language in draft.words ? language : home;
  const said = draft.words[at] ?? EMPTY;
  const else_ = at === home ? EMPTY : (draft.words[home] ?? EMPTY);
  const path = at === home ? "words" : `translations.${at}`;
  const asks = draft.kind === "email_capture";
  const part = (name: keyof Said) => ({
    dir: "auto" as const,
    lang: at,
    maxLength: ROOM[name],
    value: said[name],
    placeholder: else_[name],
    error: fields[`${path}.${name}`],
    onChange: (event: { target: { value: string } }) =>
      onChange({ words: { ...draft.words, [at]: { ...said, [name]: event.target.value } } }),
  });
  return (
    <Card title={t("site.words")}>
      <LanguageTabs
        home={home}
        used={Object.keys(draft.words) as Language[]}
        at={at}
        onAt={onLanguage}
        onAdd={(added) => {
          onChange({ words: { ...draft.words, [added]: EMPTY } });
          onLanguage(added);
        }}
        onRemove={(gone) => {
          const { [gone]: _, ...rest } = draft.words;
          onChange({ words: rest });
          onLanguage(home);
        }}
      >
        <p className="text-xs text-muted">
          {at === home ? t("site.fallback") : t("site.insteadOf", { language: LANGUAGES[home] })}
        </p>
        <TextField label={t("site.title")} required {...part("title")} />
        <TextArea label={t("site.text")} rows={2} {...part("text")} />
        {asks && (
          <>
            <TextArea
              label={t("site.consent")}
              hint={t("site.consentHint")}
              rows={3}
              required
              {...part("consent")}
            />
            <TextField label={t("site.thanks")} {...part("thanks")} />
          </>
        )}
        <TextField label={t("site.button")} {...part("button")} />
      </LanguageTabs>
    </Card>
  );
}
