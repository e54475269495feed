import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Language } from "../../i18n/languages";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import type { Held } from "../../ui/draft";
import { TextArea, TextField } from "../../ui/field";
import { LanguageTabs } from "./language-tabs";
import { EMPTY, type PageDraft, type PageWords } from "./page-data";

const QUESTIONS_AT_MOST = 20;

interface Props {
  held: Held<PageDraft>;
  home: Language;
  language: Language;
  fields: Record<string, string>;
  onLanguage: (language: Language) => void;
}

/** What a page says in the merchant's words, a language at a time. */
export function Wording({ held, home, language, fields, onLanguage }: Props) {
  const { t } = useTranslation();
  const { words } = held.draft;
  const used = [home, ...(Object.keys(words) as Language[]).filter((each) => each !== home)];
  const at = used.includes(language) ? language : home;
  const said = words[at] ?? EMPTY;
  const say = (part: Partial<PageWords>) =>
    held.change({ words: { ...words, [at]: { ...said, ...part } } });
  const part = (name: "title" | "introduction" | "picture_text") => ({
    dir: "auto" as const,
    lang: at,
    value: said[name],
    error: fields[`settings.words.${at}.${name}`],
    onChange: (event: { target: { value: string } }) => say({ [name]: event.target.value }),
  });
  return (
    <Card title={t("site.words")}>
      <LanguageTabs
        home={home}
        used={used}
        at={at}
        onAt={onLanguage}
        onAdd={(added) => {
          held.change({ words: { ...words, [added]: EMPTY } });
          onLanguage(added);
        }}
        onRemove={(gone) => {
          const { [gone]: _, ...rest } = words;
          held.change({ words: rest });
          onLanguage(home);
        }}
      >
        <p className="text-xs text-muted">{t("site.ours")}</p>
        <TextField label={t("site.title")} maxLength={100} {...part("title")} />
        <TextArea label={t("site.intro")} rows={4} maxLength={2000} {...part("introduction")} />
        {held.draft.picture && (
          <TextField label={t("site.pictureText")} maxLength={200} {...part("picture_text")} />
        )}
        <Questions
          key={at}
          language={at}
          questions={said.questions}
          onChange={(questions) => say({ questions })}
        />
      </LanguageTabs>
    </Card>
  );
}

interface QuestionsProps {
  language: Language;
  questions: PageWords["questions"];
  onChange: (questions: PageWords["questions"]) => void;
}

function Questions({ language, questions, onChange }: QuestionsProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLFieldSetElement>(null);
  const be = (place: number, part: Partial<PageWords["questions"][number]>) =>
    onChange(questions.map((each, at) => (at === place ? { ...each, ...part } : each)));
  return (
    <fieldset ref={box} className="flex flex-col gap-3">
      <legend className="mb-2 font-medium">{t("site.questions")}</legend>
      {questions.map((each, place) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: they have nothing else to be told apart by
          key={place}
          className="flex flex-col gap-3 rounded-lg p-3 shadow-card"
        >
          <TextField
            label={t("site.question", { number: place + 1 })}
            dir="auto"
            lang={language}
            required
            maxLength={200}
            value={each.question}
            onChange={(event) => be(place, { question: event.target.value })}
          />
          <TextArea
            label={t("site.answer")}
            dir="auto"
            lang={language}
            rows={3}
            required
            maxLength={2000}
            value={each.answer}
            onChange={(event) => be(place, { answer: event.target.value })}
          />
          <span>
            <Button
              kind="link"
              aria-label={t("reward.remove", { what: t("site.question", { number: place + 1 }) })}
              onClick={() => {
                onChange(questions.filter((_, at) => at !== place));
                box.current?.focus();
              }}
            >
              {t("action.remove")}
            </Button>
          </span>
        </div>
      ))}
      {questions.length < QUESTIONS_AT_MOST && (
        <span>
          <Button onClick={() => onChange([...questions, { question: "", answer: "" }])}>
            {t("site.addQuestion")}
          </Button>
        </span>
      )}
    </fieldset>
  );
}
