import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { Card } from "../../ui/card";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading } from "../../ui/states";
import { Clerks } from "./clerks";
import { type Metrics, metricsQuery, type Wanted } from "./data";
import { Days } from "./days";
import { Figures } from "./figures";
import { Filters } from "./filters";
import { Hours } from "./hours";
import { LateGuests } from "./late";
import { useLive } from "./live";

const route = getRouteApi("/frame/shop");

/** What came of some days at the counter: who came, when, and what they were given. */
export function Shop() {
  const { t } = useTranslation();
  const wanted = route.useSearch();
  const query = useQuery(metricsQuery(wanted));
  useLive(useMay("events:read"));
  return (
    <Page title={t("nav.shop")} subtitle={t("shop.text")}>
      {query.data && <Filters wanted={wanted} shown={query.data} />}
      {query.isError && (!query.data || query.isPlaceholderData) ? (
        <Card>
          <Failed error={query.error} onRetry={() => query.refetch()} />
        </Card>
      ) : query.data ? (
        <Found found={query.data} wanted={wanted} />
      ) : (
        <Card>
          <Loading lines={6} />
        </Card>
      )}
    </Page>
  );
}

function Found({ found, wanted }: { found: Metrics; wanted: Wanted }) {
  const { t } = useTranslation();
  const mayReadCustomers = useMay("customers:read");
  const nothing = found.visits === 0 && found.stamps === 0 && found.rewards_given === 0;
  return (
    <>
      <Figures found={found} />
      {nothing ? (
        <Card>
          <Empty title={t("shop.empty")} text={t("shop.emptyText")} />
        </Card>
      ) : (
        <>
          <Card title={t("shop.byDay")}>
            <Days days={found.days} first={found.first} last={found.last} />
          </Card>
          <Card title={t("shop.byHour")}>
            <Hours hours={found.hours} />
          </Card>
          <Card flush title={t("shop.clerks")}>
            <Clerks clerks={found.clerks} />
          </Card>
        </>
      )}
      {mayReadCustomers && <LateGuests store={wanted.store} />}
    </>
  );
}
