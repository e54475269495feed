import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { buttonClass } from "../ui/button";
import { Icon } from "../ui/icon";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-3 p-6 text-center">
      <span className="text-muted">
        <Icon name="empty" large />
      </span>
      <h1 className="text-xl font-bold">{t("state.notFound")}</h1>
      <Link to="/" className={buttonClass()}>
        {t("nav.home")}
      </Link>
    </main>
  );
}
