import { useTranslation } from "react-i18next";
import { directionOf, type Language } from "../../i18n/languages";
import type { Forms } from "./data";
import { useNumbersOf } from "./numbers";

interface Props {
  language: Language;
  forms: Forms;
  counted: boolean;
  /** It stands beside what matters. */
  quiet?: boolean;
}

/** A text in a language; one that counts in each of its forms. */
export function Words({ language, forms, counted, quiet }: Props) {
  const { t } = useTranslation();
  const numbersOf = useNumbersOf(language);
  return (
    <div className={`flex min-w-0 flex-col gap-1 ${quiet ? "text-muted" : ""}`}>
      {Object.entries(forms).map(([form, words]) => (
        <p key={form} className="break-words">
          {counted && (
            <span className="me-2 text-xs text-muted">
              {t("texts.for", { numbers: numbersOf(form) })}
            </span>
          )}
          <span lang={language} dir={directionOf(language)} className="inline-block">
            {words}
          </span>
        </p>
      ))}
    </div>
  );
}
