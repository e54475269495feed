import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card, Facts } from "../../ui/card";
import { tell } from "../../ui/notice";
import { Failed, Loading } from "../../ui/states";

/** The merchant's own referrals: who joined on its word, and the months that earned. */
export function BringMerchant() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({
    queryKey: ["referrals", "merchant"],
    queryFn: () => read(api.GET("/v1/api/referrals/merchant")),
  });
  return (
    <Card title={t("bring.title")}>
      <p className="mb-3 text-muted">{t("bring.text")}</p>
      {query.isPending ? (
        <Loading lines={2} />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <>
          <Facts
            items={[
              [t("bring.code"), <Handle key="code" handle={query.data.referral_code} />],
              [t("bring.months"), format.number(query.data.free_months)],
            ]}
          />
          <ul className="mt-3">
            {query.data.merchants.map(({ joined_at, completed_at }) => (
              <li
                key={joined_at}
                className="flex items-center justify-between gap-2 border-t border-line py-2"
              >
                {t("bring.joined", { date: format.date(joined_at) })}
                {completed_at ? (
                  <Badge tone="good">{t("bring.sold")}</Badge>
                ) : (
                  <Badge>{t("referral.pending")}</Badge>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function Handle({ handle }: { handle: string }) {
  const { t } = useTranslation();
  const copy = async () => {
    await navigator.clipboard.writeText(handle);
    tell(t("keys.copied"));
  };
  return (
    <span className="flex flex-wrap items-center gap-3">
      <code className="break-all select-all">{handle}</code>
      <Button onClick={() => void copy()}>{t("keys.copy")}</Button>
    </span>
  );
}
