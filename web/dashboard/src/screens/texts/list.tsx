import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import type { Language } from "../../i18n/languages";
import { Badge, type Tone } from "../../ui/badge";
import { Button } from "../../ui/button";
import { MOVES, wordOf } from "../../ui/shortcuts";
import { partOf, type Text, useDeciding } from "./data";
import { Editor } from "./editor";
import { Words } from "./words";

const TONES: Record<Text["state"], Tone> = {
  source: "plain",
  machine: "plain",
  outdated: "warn",
  reviewed: "good",
  mended: "good",
};

/** Texts under each other, one of them perhaps being mended. Keys work while one has the focus. */
export function TextList({ language, texts }: { language: Language; texts: Text[] }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const [at, setAt] = useState(0);
  const [mended, setMended] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const deciding = useDeciding(language);
  const current = Math.min(at, texts.length - 1);
  const go = (place: number) => {
    const next = Math.max(0, Math.min(place, texts.length - 1));
    setAt(next);
    list.current?.querySelectorAll<HTMLElement>(":scope > li")[next]?.focus();
  };
  const review = (text: Text, place: number) => {
    if (canReview(text) && !deciding.isPending) {
      deciding.mutate({ text, decision: { reviewed: true } }, { onSuccess: () => go(place + 1) });
    }
  };
  const pressed = (event: KeyboardEvent) => {
    const word = wordOf(event);
    const text = texts[current];
    if (!word || !text) return;
    if (word in MOVES) go(current + (MOVES[word] ?? 0));
    else if (word === "e" && mayWrite) setMended(text.key);
    else if (word === "r" && mayWrite) review(text, current);
    else return;
    event.preventDefault();
  };
  return (
    <ul ref={list} aria-label={t("texts.title")} onKeyDown={pressed}>
      {texts.map((text, place) => (
        <li
          key={text.key}
          tabIndex={place === current ? 0 : -1}
          onFocus={() => setAt(place)}
          aria-keyshortcuts={mayWrite ? "J K E R" : "J K"}
          className="grid grid-cols-1 items-start gap-x-6 gap-y-2 border-t border-line px-4 py-3 -outline-offset-2 sm:grid-cols-2 lg:grid-cols-[1fr_1fr_19rem]"
        >
          <div className="min-w-0">
            <Words language="en" forms={text.english} counted={text.counted} quiet />
            <p className="mt-1 text-xs text-muted">{t(partOf(text))}</p>
          </div>
          {mended === text.key ? (
            <div className="min-w-0 lg:col-span-2">
              <Editor
                language={language}
                text={text}
                onLeave={(by) => {
                  setMended(null);
                  go(place + by);
                }}
              />
            </div>
          ) : (
            <Words language={language} forms={text.text} counted={text.counted} />
          )}
          {mended !== text.key && (
            <div className="flex flex-wrap items-center justify-end gap-2 sm:max-lg:col-start-2">
              <Badge tone={TONES[text.state]}>{t(`textState.${text.state}`)}</Badge>
              {mayWrite && canReview(text) && (
                <Button
                  kind="quiet"
                  icon="good"
                  title={t("texts.review")}
                  onClick={() => review(text, place)}
                >
                  <span className="sr-only">{`${t("texts.review")}: ${text.english.other}`}</span>
                </Button>
              )}
              {mayWrite && (
                <Button
                  aria-label={`${t("texts.mend")}: ${text.english.other}`}
                  onClick={() => setMended(text.key)}
                >
                  {t("texts.mend")}
                </Button>
              )}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function canReview({ state }: Text): boolean {
  return state === "machine" || state === "outdated";
}
