import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Badge } from "../../ui/badge";
import { Card } from "../../ui/card";
import { PROVIDERS, testsQuery } from "./data";

/** The latest tests and what became of them; nothing where there were none. */
export function Tests() {
  const { t } = useTranslation();
  const format = useFormat();
  const tests = useQuery(testsQuery).data ?? [];
  if (tests.length === 0) return null;
  return (
    <Card title={t("sender.tests")} flush>
      <ul>
        {tests.map((each) => (
          <li key={each.id} className="border-t border-line px-4 py-2.5">
            <p className="flex flex-wrap items-center gap-2">
              <span className="font-medium">{t(`occasion.${each.occasion}`)}</span>
              <Badge tone={each.outcome === "taken" ? "good" : "danger"}>
                {t(each.outcome === "taken" ? "deliveryState.sent" : "deliveryState.failed")}
              </Badge>
            </p>
            {each.reason && <p className="break-words">{t(`deliveryWhy.${each.reason}`)}</p>}
            <p className="text-xs break-words text-muted">
              {PROVIDERS[each.provider]} · <bdi dir="ltr">{each.to}</bdi> ·{" "}
              <bdi>{LANGUAGES[each.language as Language]}</bdi> · {format.instant(each.sent_at)}
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
