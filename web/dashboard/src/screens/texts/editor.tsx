import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../../api/problem";
import { useFormat } from "../../i18n/format";
import { directionOf, LANGUAGES, type Language } from "../../i18n/languages";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { TextArea } from "../../ui/field";
import { Refused } from "../../ui/states";
import { isOwn, type Text, useDeciding } from "./data";
import { useNumbersOf } from "./numbers";

const LINE = 45;

interface Props {
  language: Language;
  text: Text;
  /** Where to go on: with this one (0), or with the next (1). */
  onLeave: (by: 0 | 1) => void;
}

/** Every form of a text in a field of its own. Enter saves and goes on, Escape leaves. */
export function Editor({ language, text, onLeave }: Props) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const deciding = useDeciding(language);
  const [forms, setForms] = useState(text.text);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("textarea")?.focus(), []);
  const decide = (words: typeof forms | null, by: 0 | 1) =>
    deciding.mutate({ text, decision: { forms: words } }, { onSuccess: () => onLeave(by) });
  const save = () => {
    if (isOwn(forms, text.text)) decide(forms, 1);
    else onLeave(0);
  };
  const pressed = (event: KeyboardEvent) => {
    // Enter also ends what an input method is composing.
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") onLeave(0);
    else if (event.key === "Enter" && event.target instanceof HTMLTextAreaElement) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const wrong = deciding.error ? Object.keys(problemOf(deciding.error).fields ?? {}) : [];
  return (
    <form
      ref={form}
      className="flex min-w-0 flex-col gap-3"
      onKeyDown={pressed}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {wrong.length === 0 && <Refused error={deciding.error} />}
      {Object.entries(forms).map(([name, words]) => (
        <Field
          key={name}
          language={language}
          text={text}
          form={name}
          words={words}
          error={wrong.includes(`forms.${name}`) ? problem(deciding.error) : undefined}
          onChange={(changed) => setForms({ ...forms, [name]: changed })}
        />
      ))}
      {isOwn(text.text, text.original) && (
        <p className="text-xs text-muted">
          {t("texts.original")}:{" "}
          <span lang={language} dir={directionOf(language)} className="inline-block">
            {Object.values(text.original).join(" · ")}
          </span>
        </p>
      )}
      <code dir="ltr" className="text-xs break-all text-muted">
        {text.key}
      </code>
      <div className="flex flex-wrap justify-end gap-2">
        {isOwn(text.text, text.original) && (
          <Button kind="quiet" disabled={deciding.isPending} onClick={() => decide(null, 0)}>
            {t("texts.restore")}
          </Button>
        )}
        <Button disabled={deciding.isPending} onClick={() => onLeave(0)}>
          {t("action.cancel")}
        </Button>
        <Button type="submit" kind="primary" busy={deciding.isPending}>
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}

interface FieldProps {
  language: Language;
  text: Text;
  form: string;
  words: string;
  error: string | undefined;
  onChange: (words: string) => void;
}

function Field({ language, text, form, words, error, onChange }: FieldProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const numbersOf = useNumbersOf(language);
  const room = t("texts.room", {
    used: format.number([...words].length),
    longest: format.number(text.longest),
  });
  const keep = text.places.length > 0 && t("texts.keep", { places: text.places.join(" ") });
  return (
    <TextArea
      label={text.counted ? t("texts.for", { numbers: numbersOf(form) }) : LANGUAGES[language]}
      bare={!text.counted}
      hint={[keep, room].filter(Boolean).join(" · ")}
      error={error}
      lang={language}
      dir={directionOf(language)}
      rows={Math.ceil(Math.max(words.length, 1) / LINE)}
      value={words}
      onChange={(event) => onChange(event.target.value.replace(/\s*\n\s*/g, " "))}
    />
  );
}
