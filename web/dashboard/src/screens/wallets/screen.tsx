import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Badge } from "../../ui/badge";
import { Card, Facts } from "../../ui/card";
import { Page } from "../../ui/page";
import { Failed, Loading } from "../../ui/states";

type Wallet = Schemas["WalletOut"];
type Trouble = Schemas["WalletTroubleOut"];

const NAMES: Record<Wallet["platform"], string> = {
  apple: "Apple Wallet",
  google: "Google Wallet",
};
const DAY_MS = 86_400_000;
const SOON_DAYS = 60;

/** How cards stand in the wallets of customers' phones. */
export function Wallets() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ["wallets"],
    queryFn: () => read(api.GET("/v1/api/wallets")),
  });
  return (
    <Page title={t("wallet.title")} subtitle={t("wallet.text")}>
      {query.data ? (
        query.data.map((wallet) => <One key={wallet.platform} wallet={wallet} />)
      ) : (
        <Card>
          {query.isError ? (
            <Failed error={query.error} onRetry={() => query.refetch()} />
          ) : (
            <Loading />
          )}
        </Card>
      )}
    </Page>
  );
}

function One({ wallet }: { wallet: Wallet }) {
  const { t } = useTranslation();
  return (
    <Card
      title={NAMES[wallet.platform]}
      actions={
        <Badge tone={wallet.configured ? "good" : "plain"}>
          {t(wallet.configured ? "wallet.setUp" : "wallet.notSetUp")}
        </Badge>
      }
    >
      {!wallet.configured && <p className="mb-3 text-muted">{t("wallet.notSetUpText")}</p>}
      {wallet.expires_at && <Ending at={wallet.expires_at} />}
      {(wallet.configured || wallet.passes > 0) && <Counts wallet={wallet} />}
    </Card>
  );
}

/** A warning while a certificate is about to run out, and once it has. */
function Ending({ at }: { at: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const days = (Date.parse(at) - Date.now()) / DAY_MS;
  if (days > SOON_DAYS) return null;
  const tone = days > 0 ? "bg-warn-soft text-warn" : "bg-danger-soft text-danger";
  return (
    <p role="alert" className={`mb-3 rounded-lg px-3 py-2 ${tone}`}>
      {t(days > 0 ? "wallet.runsOut" : "wallet.ranOut", { date: format.date(at) })}
    </p>
  );
}

function Counts({ wallet }: { wallet: Wallet }) {
  const { t } = useTranslation();
  const format = useFormat();
  const items: [string, ReactNode][] = [
    [t("wallet.passes"), format.number(wallet.passes)],
    [t("wallet.held"), format.number(wallet.held)],
  ];
  if (wallet.phones !== null) items.push([t("wallet.phones"), format.number(wallet.phones)]);
  items.push([t("wallet.told"), format.number(wallet.told)]);
  if (wallet.waiting > 0) items.push([t("wallet.waiting"), format.number(wallet.waiting)]);
  items.push([t("wallet.troubles"), <Troubles key="troubles" told={wallet.troubles} />]);
  if (wallet.expires_at) items.push([t("wallet.certificate"), format.date(wallet.expires_at)]);
  return <Facts items={items} />;
}

function Troubles({ told }: { told: Trouble[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (told.length === 0) return t("wallet.none");
  return (
    <ul className="flex flex-col gap-2">
      {told.map((trouble) => (
        <li key={trouble.outcome}>
          <p>{t(trouble.outcome === "refused" ? "wallet.refused" : "wallet.later")}</p>
          <p className="text-xs break-words text-muted">
            {t("wallet.times", {
              count: trouble.count,
              shown: format.number(trouble.count),
              when: format.ago(trouble.last_at),
            })}
            {trouble.reason && (
              <>
                {" · "}
                <bdi className="break-all">{trouble.reason}</bdi>
              </>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}
