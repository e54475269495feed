import type { ReactNode } from "react";
import { Icon, type IconName } from "../../ui/icon";
import { Line } from "../../ui/line";

interface RowProps {
  title: string;
  icon: IconName;
  said: ReactNode;
  opened: boolean;
  onOpen: (() => void) | undefined;
  moves?: { up: (() => void) | undefined; down: (() => void) | undefined };
  fresh?: boolean;
  /** What keeps it from being saved. */
  wrong?: string | undefined;
  /** What will stand in its way later. */
  warning?: string | undefined;
  children: ReactNode;
}

/** A line of a plan: what it is, what it says, and its fields once it is opened. */
export function Row({ title, icon, said, wrong, warning, children, ...line }: RowProps) {
  return (
    <li className="border-t border-line px-4 py-3 first:border-0">
      <Line
        name={title}
        summary={
          <div className="flex min-w-0 flex-1 basis-60 items-start gap-3">
            <span className="text-muted">
              <Icon name={icon} />
            </span>
            <div className="min-w-0">
              <p className="text-xs text-muted">{title}</p>
              <p className="break-words">{said}</p>
              {warning && <p className="text-warn">{warning}</p>}
              {wrong && (
                <p role="alert" className="font-medium text-danger">
                  {wrong}
                </p>
              )}
            </div>
          </div>
        }
        {...line}
      >
        <div className="pt-3 sm:ps-8">{children}</div>
      </Line>
    </li>
  );
}
