import type { ComponentProps, ReactNode } from "react";
import { Icon, type IconName } from "./icon";

const KINDS = {
  primary: "bg-strong text-on-strong hover:opacity-90 font-semibold",
  plain: "bg-card text-ink shadow-card hover:bg-sunken font-medium",
  quiet: "text-ink hover:bg-sunken font-medium",
  danger: "bg-danger text-card hover:opacity-90 font-semibold",
  link: "text-accent underline-offset-2 hover:underline font-medium !px-0",
} as const;

/** What a link needs to look like a button. */
export function buttonClass(kind: keyof typeof KINDS = "plain"): string {
  return `inline-flex min-h-9 items-center justify-center gap-1.5 rounded-lg px-3 py-1.5 disabled:opacity-50 ${KINDS[kind]}`;
}

interface Props extends ComponentProps<"button"> {
  kind?: keyof typeof KINDS;
  /** Its work is under way: it can't be pressed again. */
  busy?: boolean;
  icon?: IconName;
  children?: ReactNode;
}

export function Button({ kind = "plain", busy, icon, children, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
      className={`${buttonClass(kind)} ${rest.className ?? ""}`}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
