import { useBlocker } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";

export interface Versioned<T> {
  version: number;
  value: T;
}

export interface Held<T> {
  draft: T;
  /** The version that the draft was begun from: what is told when it is saved. */
  version: number;
  changed: boolean;
  change: (part: Partial<T>) => void;
  discard: () => void;
  /** Somebody else has saved something else since the draft was begun. */
  outdated: boolean;
  /** The draft is to replace what they saved. */
  keep: () => void;
  /** What was sent has become this version. */
  saved: (sent: T, answer: Versioned<T>) => void;
}

/**
 * What somebody is changing before it is saved as a new version.
 *
 * Something that is not there yet may `begin` with a proposal, which is a change already.
 *
 * A newer version that comes in meanwhile is taken over by a form that nobody has touched; a draft
 * stays what it is, and saving it from the version it began with tells of the conflict, unless it
 * is the same in all that the form is about. Who leaves with unsaved changes is asked.
 */
export function useDraft<T extends object>(
  known: Versioned<T>,
  saving: boolean,
  begin: T = known.value,
): Held<T> {
  const { t } = useTranslation();
  const [begun, setBegun] = useState(known);
  const [draft, setDraft] = useState(begin);
  const changed = JSON.stringify(draft) !== JSON.stringify(begun.value);
  const take = (newest: Versioned<T>) => {
    setBegun(newest);
    setDraft(newest.value);
  };
  const newer = known.version > begun.version;
  if (newer && !changed) take(known);
  // A pause, say: nobody's words stand against it.
  else if (newer && JSON.stringify(known.value) === JSON.stringify(begun.value)) setBegun(known);
  useBlocker({
    shouldBlockFn: () => !window.confirm(t("earning.leave")),
    disabled: !changed || saving,
    enableBeforeUnload: changed,
  });
  return {
    draft,
    version: begun.version,
    changed,
    change: (part) => setDraft((held) => ({ ...held, ...part })),
    discard: () => take(newer ? known : begun),
    outdated: newer,
    keep: () => setBegun(known),
    saved: (sent, answer) => {
      setBegun(answer);
      setDraft((held) => (held === sent ? answer.value : held));
    },
  };
}

interface Props<T> {
  held: Held<T>;
  busy: boolean;
  onSave: (draft: Versioned<T>) => void;
  children: ReactNode;
}

/** A form whose changes are saved as one, or thrown away. */
export function DraftForm<T>({ held, busy, onSave, children }: Props<T>) {
  const { t } = useTranslation();
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        onSave({ version: held.version, value: held.draft });
      }}
    >
      {children}
      {held.changed && (
        <div className="unsaved sticky bottom-3 z-10 flex flex-wrap items-center justify-between gap-2 rounded-xl bg-strong p-2 ps-4 text-on-strong">
          <span role="status" className="font-medium">
            {t(held.outdated ? "earning.outdated" : "earning.unsaved")}
          </span>
          <span className="flex gap-2">
            <Button disabled={busy} onClick={held.discard}>
              {t("earning.discard")}
            </Button>
            {held.outdated ? (
              // A button of its own: turned into the other under the finger, it would send the form.
              <Button key="keep" disabled={busy} onClick={held.keep}>
                {t("earning.keep")}
              </Button>
            ) : (
              <Button key="save" type="submit" busy={busy}>
                {t("action.save")}
              </Button>
            )}
          </span>
        </div>
      )}
    </form>
  );
}
