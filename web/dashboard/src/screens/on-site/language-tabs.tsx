import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Button } from "../../ui/button";
import { Select } from "../../ui/field";

interface Props {
  /** The one that the others fall back to: it can't be removed. */
  home: Language;
  used: readonly Language[];
  at: Language;
  onAt: (language: Language) => void;
  onAdd: (language: Language) => void;
  onRemove: (language: Language) => void;
  children: ReactNode;
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };

/** What is said in several languages, a tab for each. Arrow keys move between them. */
export function LanguageTabs({ home, used, at, onAt, onAdd, onRemove, children }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const free = Object.entries(LANGUAGES).filter(([each]) => !used.includes(each as Language));
  const move = (event: KeyboardEvent) => {
    const forward = document.documentElement.dir === "rtl" ? -1 : 1;
    const step = (STEPS[event.key] ?? 0) * forward;
    const next = step && used[used.indexOf(at) + step];
    if (!next) return;
    event.preventDefault();
    onAt(next);
    list.current?.querySelector<HTMLElement>(`[data-language="${next}"]`)?.focus();
  };
  return (
    <div>
      <div className="-mx-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4">
        <div
          ref={list}
          role="tablist"
          aria-label={t("settings.language")}
          onKeyDown={move}
          className="flex min-w-0 flex-wrap gap-1"
        >
          {used.map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              id={`${id}-${each}`}
              data-language={each}
              aria-selected={each === at}
              aria-controls={`${id}-panel`}
              tabIndex={each === at ? 0 : -1}
              onClick={() => onAt(each)}
              className={`border-b-2 px-2.5 py-2 font-medium -outline-offset-2 ${each === at ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink"}`}
            >
              {LANGUAGES[each]}
            </button>
          ))}
        </div>
        <div className="w-44 pb-1.5">
          <Select
            bare
            label={t("reward.addLanguage")}
            value=""
            options={[["", t("reward.addLanguage")], ...free]}
            onValue={(language) => language && onAdd(language as Language)}
          />
        </div>
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${at}`}
        className="flex flex-col gap-4 pt-3"
      >
        {children}
        {at !== home && (
          <span>
            <Button kind="link" onClick={() => onRemove(at)}>
              {t("reward.remove", { what: LANGUAGES[at] })}
            </Button>
          </span>
        )}
      </div>
    </div>
  );
}
