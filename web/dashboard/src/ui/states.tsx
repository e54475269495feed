import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../api/problem";
import { useProblemText } from "../i18n/problems";
import { Button } from "./button";
import { Icon } from "./icon";

/** Grey lines where text will be. */
export function Loading({ lines = 4 }: { lines?: number | undefined }) {
  const { t } = useTranslation();
  return (
    <div role="status" className="flex flex-col gap-3 p-4">
      <span className="sr-only">{t("state.loading")}</span>
      {["w-1/2", "w-11/12", "w-4/5", "w-2/3", "w-5/6", "w-3/5"].slice(0, lines).map((width) => (
        <div key={width} className={`h-4 motion-safe:animate-pulse rounded bg-line ${width}`} />
      ))}
    </div>
  );
}

interface EmptyProps {
  title: string;
  text?: string;
  children?: ReactNode;
}

export function Empty({ title, text, children }: EmptyProps) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-10 text-center">
      <span className="text-muted">
        <Icon name="empty" large />
      </span>
      <p className="font-semibold">{title}</p>
      {text && <p className="max-w-md text-muted">{text}</p>}
      {children}
    </div>
  );
}

/** A part of a screen that could not be shown, why, and how to try again. */
export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const text = useProblemText();
  const problem = problemOf(error);
  return (
    <div role="alert" className="flex flex-col items-center gap-2 px-4 py-10 text-center">
      <span className="text-danger">
        <Icon name="alert" large />
      </span>
      <p className="font-semibold">{t("state.failed")}</p>
      <p className="max-w-md text-muted">{text(error)}</p>
      {problem.trace_id && (
        <p className="text-xs break-all text-muted">{t("state.trace", { id: problem.trace_id })}</p>
      )}
      {onRetry && <Button onClick={onRetry}>{t("action.retry")}</Button>}
    </div>
  );
}

/** A line above a form that says what was wrong with it. */
export function Refused({ error }: { error: unknown }) {
  const text = useProblemText();
  if (!error) return null;
  return (
    <p role="alert" className="mb-4 rounded-lg bg-danger-soft px-3 py-2 text-danger">
      {text(error)}
    </p>
  );
}
