import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty } from "../../ui/states";
import { Tabs } from "../../ui/tabs";
import { latestQuery, waitingQuery } from "./data";
import { OrderTable } from "./order-table";

const route = getRouteApi("/frame/orders");

export function Orders() {
  const { t } = useTranslation();
  const { waiting } = route.useSearch();
  return (
    <Page title={t("nav.orders")}>
      <Card flush>
        <Tabs
          label={t("nav.orders")}
          tabs={[
            { title: t("order.all"), link: { to: "/orders", search: {} }, current: !waiting },
            {
              title: t("order.waiting"),
              link: { to: "/orders", search: { waiting: true } },
              current: Boolean(waiting),
            },
          ]}
        />
        {waiting ? <WaitingOrders /> : <LatestOrders />}
      </Card>
    </Page>
  );
}

function LatestOrders() {
  const { t } = useTranslation();
  const query = useInfiniteQuery(latestQuery);
  return (
    <Listing query={query} empty={<Empty title={t("order.none")} />}>
      {(orders) => <OrderTable orders={orders} />}
    </Listing>
  );
}

function WaitingOrders() {
  const { t } = useTranslation();
  const query = useInfiniteQuery(waitingQuery);
  return (
    <>
      <p className="border-b border-line px-4 py-3 text-muted">{t("order.waitingText")}</p>
      <Listing query={query} empty={<Empty title={t("home.calm")} />}>
        {(orders) => <OrderTable orders={orders} />}
      </Listing>
    </>
  );
}
