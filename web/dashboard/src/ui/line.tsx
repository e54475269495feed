import { type ReactNode, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";

interface Props {
  /** What it is called, for whoever only hears the names of its buttons. */
  name: string;
  /** What it says while it is closed, and above its fields. */
  summary: ReactNode;
  opened: boolean;
  /** Left out where nothing may be changed. */
  onOpen?: (() => void) | undefined;
  /** One that has just been added is where one goes on. */
  fresh?: boolean;
  /** For a line that stands in an order: where it can move to. */
  moves?: { up: (() => void) | undefined; down: (() => void) | undefined };
  children: ReactNode;
}

/** A line of a list that is read as a whole, and changed in its place. */
export function Line({ name, summary, opened, onOpen, fresh, moves, children }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (fresh) opener.current?.focus();
  }, [fresh]);
  const arrows = [
    ["tier.up", "↑", moves?.up],
    ["tier.down", "↓", moves?.down],
  ] as const;
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        {summary}
        {onOpen && (
          <span className="flex gap-1">
            {moves &&
              arrows.map(([label, arrow, onMove]) => (
                // Not switched off at the end of its way: the focus would be lost there.
                <Button
                  key={label}
                  kind="quiet"
                  aria-label={`${t(label)}: ${name}`}
                  aria-disabled={!onMove}
                  className="aria-disabled:opacity-50"
                  onClick={onMove}
                >
                  <span aria-hidden="true">{arrow}</span>
                </Button>
              ))}
            <Button ref={opener} aria-expanded={opened} aria-controls={id} onClick={onOpen}>
              {t("tier.edit")}
              <span className="sr-only"> {name}</span>
            </Button>
          </span>
        )}
      </div>
      <div id={id}>{opened && onOpen && children}</div>
    </>
  );
}
