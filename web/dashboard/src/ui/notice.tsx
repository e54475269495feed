/** What just happened, in a corner, with a way to take it back while that is promised. */
import { useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";
import { Icon } from "./icon";

interface Notice {
  id: number;
  text: string;
  tone: "good" | "danger";
  undo?: (() => void) | undefined;
}

const SHOWN_MS = 6_000;
const UNDO_MS = 12_000;

let current: Notice | null = null;
let count = 0;
const listeners = new Set<() => void>();

function show(notice: Notice | null): void {
  current = notice;
  for (const listener of listeners) listener();
}

export function tell(text: string, undo?: () => void): void {
  show({ id: ++count, text, tone: "good", undo });
}

export function warn(text: string): void {
  show({ id: ++count, text, tone: "danger" });
}

/** What was told is over, and with it the way to take it back. */
export function hush(): void {
  show(null);
}

export function Notices() {
  const { t } = useTranslation();
  const notice = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(hush, notice.undo ? UNDO_MS : SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-60 flex justify-center p-4"
    >
      {notice && (
        <div className="pointer-events-auto flex items-center gap-3 rounded-xl bg-strong py-2 ps-4 pe-2 text-on-strong">
          <Icon name={notice.tone === "good" ? "good" : "alert"} />
          <span className="py-1">{notice.text}</span>
          {notice.undo && (
            <Button
              onClick={() => {
                notice.undo?.();
                hush();
              }}
            >
              {t("action.undo")}
            </Button>
          )}
          <button
            type="button"
            aria-label={t("action.close")}
            className="rounded-lg p-1.5 focus-visible:outline-on-strong"
            onClick={hush}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
