import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./icon";

interface Props {
  title: string;
  subtitle?: ReactNode;
  actions?: ReactNode;
  back?: LinkProps["to"];
  children: ReactNode;
}

/** A screen: its title, what can be done with it, and its cards. */
export function Page({ title, subtitle, actions, back, children }: Props) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · LoyalNest`;
  }, [title]);
  return (
    <div className="mx-auto flex max-w-5xl flex-col gap-4 px-3 py-4 sm:px-6 sm:py-6">
      <header className="flex flex-wrap items-center justify-between gap-3">
        <div className="flex min-w-0 items-center gap-2">
          {back && (
            <Link
              to={back}
              aria-label={t("action.back")}
              className="-ms-1.5 rounded-lg p-1.5 text-muted hover:bg-card"
            >
              <Icon name="back" mirrored />
            </Link>
          )}
          <div className="min-w-0">
            <h1 className="text-xl font-bold break-words">{title}</h1>
            {subtitle && <div className="text-muted">{subtitle}</div>}
          </div>
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
