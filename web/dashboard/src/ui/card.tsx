import type { ReactNode } from "react";
import { useId } from "react";

interface Props {
  title?: string | undefined;
  /** What stands at the end of the title's line. */
  actions?: ReactNode;
  /** Without its own padding: for lists and tables that reach the edge. */
  flush?: boolean;
  children: ReactNode;
}

export function Card({ title, actions, flush, children }: Props) {
  const id = useId();
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className="overflow-hidden rounded-xl bg-card shadow-card"
    >
      {title && (
        <header className="flex min-h-12 flex-wrap items-center justify-between gap-2 px-4 pt-3 pb-1">
          <h2 id={id} className="font-semibold">
            {title}
          </h2>
          {actions}
        </header>
      )}
      <div className={flush ? "" : `px-4 pb-4 ${title ? "pt-1" : "pt-4"}`}>{children}</div>
    </section>
  );
}

/** Names and what they stand for, under each other on a phone. */
export function Facts({ items }: { items: [string, ReactNode][] }) {
  return (
    <dl className="grid gap-x-4 gap-y-2 sm:grid-cols-[max-content_1fr]">
      {items.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words max-sm:-mt-1.5">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
