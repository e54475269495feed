import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { buttonClass } from "../ui/button";
import { Empty } from "../ui/states";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main className="p-6">
      <Empty title={t("state.notFound")}>
        <Link to="/" className={buttonClass()}>
          {t("nav.home")}
        </Link>
      </Empty>
    </main>
  );
}
