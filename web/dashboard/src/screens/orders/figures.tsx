import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";

/** What an entry was computed from: 12.50 at 1 point each, or 3 of 28 taken back. */
export function Figures({ basis }: { basis: Record<string, unknown> | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (typeof basis?.spend === "string" && typeof basis.rate === "string") {
    const currency = typeof basis.currency === "string" ? basis.currency : null;
    return (
      <p className="text-muted">
        {t("entry.computed", {
          spend: format.money(basis.spend, currency),
          rate: format.number(Number(basis.rate)),
        })}
      </p>
    );
  }
  if (typeof basis?.earned === "number" && typeof basis.taken_back === "number") {
    return (
      <p className="text-muted">
        {t("entry.takenBack", {
          earned: format.number(basis.earned),
          taken: format.number(basis.taken_back),
        })}
      </p>
    );
  }
  return null;
}
