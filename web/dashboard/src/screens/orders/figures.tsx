import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { type Format, useFormat } from "../../i18n/format";

type Basis = Record<string, unknown>;

/** What an entry was computed from: 12.50 at 1 point each, what was added, or 3 of 28 taken back. */
export function Figures({ basis }: { basis: Basis | null }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  if (!basis) return null;
  const currency = typeof basis.currency === "string" ? basis.currency : null;
  if (typeof basis.spend === "string" && typeof basis.rate === "string") {
    const added = addedIn(basis, t, format, i18n.language);
    return (
      <>
        <p className="text-muted">
          {t("entry.computed", {
            spend: format.money(basis.spend, currency),
            rate: format.number(Number(basis.rate)),
          })}
        </p>
        {added && <p className="break-words text-muted">{added}</p>}
      </>
    );
  }
  if (typeof basis.earned === "number" && typeof basis.taken_back === "number") {
    return (
      <p className="text-muted">
        {t("entry.takenBack", {
          earned: format.number(basis.earned),
          taken: format.number(basis.taken_back),
        })}
      </p>
    );
  }
  if (typeof basis.goal === "string" && typeof basis.name === "string") {
    return (
      <p className="break-words text-muted">
        {t("entry.goal", { name: basis.name, spend: format.money(basis.goal, currency) })}
      </p>
    );
  }
  return null;
}

interface Boost {
  kind: string;
  id: string;
  name: string;
  factor?: string | number;
  points?: number;
}

/** "10 base, ×1.5 Gold, +50 Double Friday"; null where nothing was added. */
function addedIn(basis: Basis, t: TFunction, format: Format, language: string): string | null {
  if (typeof basis.base !== "number" || !Array.isArray(basis.boosts)) return null;
  const points: unknown[] = Array.isArray(basis.added) ? basis.added : [];
  const said = (basis.boosts as Boost[]).flatMap((boost, i) => {
    const added = Number(points[i] ?? 0);
    if (added === 0) return [];
    const factor = Number(boost.factor ?? 1);
    const what = factor > 1 ? `×${format.number(factor)}` : format.change(added);
    const name =
      boost.kind === "segment"
        ? t(`segment.${boost.id}`, { defaultValue: boost.name })
        : boost.name;
    return [`${ISOLATED[0]}${what}${ISOLATED[1]} ${name}`];
  });
  if (said.length === 0) return null;
  const parts = [t("entry.base", { points: format.number(basis.base) }), ...said];
  return new Intl.ListFormat(language, { type: "unit", style: "short" }).format(parts);
}

/** Numbers with a sign keep their own direction within a sentence of another. */
const ISOLATED = ["\u2066", "\u2069"] as const;
