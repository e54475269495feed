import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { restOfTexts } from "../../i18n";
import { useFormat } from "../../i18n/format";
import { Awaited } from "../../ui/awaited";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card, Facts } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty, Loading } from "../../ui/states";
import { Tabs } from "../../ui/tabs";
import { BadgesOf } from "../gamification/of-customer";
import { OrderTable } from "../orders/order-table";
import { ReferralsOf } from "../referrals/of-customer";
import { Adjust } from "./adjust";
import { BuyingCard } from "./buying";
import { customerQuery, ordersOfQuery, type Customer as Person } from "./data";
import { Entries } from "./entries";
import { History } from "./history";
import { Merge } from "./merge";
import { useNameOf } from "./name";
import { RewardsOf } from "./rewards";
import { TierCard } from "./standing";

const route = getRouteApi("/frame/customers/$customerId");
const CardsOf = lazy(async () => {
  await restOfTexts();
  return { default: (await import("../stamp-cards/of-customer")).CardsOf };
});
const ConsentsOf = lazy(async () => {
  await restOfTexts();
  return { default: (await import("../consents/of-customer")).ConsentsOf };
});
const MessagesOf = lazy(async () => {
  await restOfTexts();
  return { default: (await import("../deliveries/of-customer")).MessagesOf };
});

const Frequency = lazy(async () => {
  await restOfTexts();
  return { default: (await import("../shop/of-customer")).Frequency };
});

export function Customer() {
  const { customerId } = route.useParams();
  const { t } = useTranslation();
  const query = useQuery(customerQuery(customerId));
  if (query.data) return <Known key={customerId} customer={query.data} />;
  return <Awaited query={query} title={t("nav.customers")} back="/customers" />;
}

function Known({ customer }: { customer: Person }) {
  const { t } = useTranslation();
  const nameOf = useNameOf();
  const mayAdjust = useMay("points:write");
  const mayMerge = useMay("customers:write");
  const [asked, setAsked] = useState<"adjust" | "merge" | null>(null);
  const alive = !customer.merged_into && !customer.erased_at;
  return (
    <Page
      title={nameOf(customer)}
      back="/customers"
      subtitle={<Standing customer={customer} />}
      actions={
        alive && (
          <>
            {mayMerge && (
              <Button icon="merge" onClick={() => setAsked("merge")}>
                {t("merge.action")}
              </Button>
            )}
            {mayAdjust && (
              <Button kind="primary" onClick={() => setAsked("adjust")}>
                {t("adjust.action")}
              </Button>
            )}
          </>
        )
      }
    >
      {customer.merged_into && <MergedAway into={customer.merged_into} />}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[2fr_1fr]">
        <div className="order-2 min-w-0 lg:order-1">
          <Views customer={customer} />
        </div>
        <div className="order-1 flex min-w-0 flex-col gap-4 lg:order-2">
          <Balances customer={customer} />
          <TierCard customerId={customer.merged_into ?? customer.id} living={alive} />
          {customer.frequency && (
            <Suspense fallback={null}>
              <Frequency found={customer.frequency} />
            </Suspense>
          )}
          <BuyingCard customerId={customer.merged_into ?? customer.id} />
          {alive && <BadgesOf customerId={customer.id} />}
          {alive && <ReferralsOf customerId={customer.id} />}
          <Details customer={customer} />
        </div>
      </div>
      {asked === "adjust" && <Adjust customer={customer} onClose={() => setAsked(null)} />}
      {asked === "merge" && <Merge customer={customer} onClose={() => setAsked(null)} />}
    </Page>
  );
}

function Standing({ customer }: { customer: Person }) {
  const { t } = useTranslation();
  if (customer.erased_at) return <Badge>{t("customer.erased")}</Badge>;
  if (customer.merged_into) return <Badge tone="warn">{t("customer.merged")}</Badge>;
  return customer.enrolled_at ? (
    <Badge tone="good">{t("customer.enrolled")}</Badge>
  ) : (
    <Badge>{t("customer.notEnrolled")}</Badge>
  );
}

function MergedAway({ into }: { into: string }) {
  const { t } = useTranslation();
  return (
    <p className="flex flex-wrap items-center gap-2 rounded-xl bg-warn-soft px-4 py-3 text-warn">
      {t("customer.merged")}
      <Link
        to="/customers/$customerId"
        params={{ customerId: into }}
        className="font-semibold underline"
      >
        {t("customer.open")}
      </Link>
    </p>
  );
}

function Balances({ customer }: { customer: Person }) {
  const { t } = useTranslation();
  const format = useFormat();
  // Stamps are shown on their cards.
  const held = customer.accounts.filter(({ unit }) => !unit.startsWith("card-"));
  const accounts = held.length ? held : [{ unit: "points", available: 0, pending: 0, debt: 0 }];
  return (
    <Card title={t("customer.balance")}>
      {accounts.map((account) => (
        <div key={account.unit} className="flex flex-col gap-1">
          <p className="text-2xl font-bold tabular-nums">
            {format.amount(account.available, account.unit)}
          </p>
          {account.pending > 0 && (
            <p className="text-muted">
              {t("customer.pending", { amount: format.number(account.pending) })}
            </p>
          )}
          {account.debt > 0 && (
            <p className="text-danger">
              {t("customer.debt", { amount: format.number(account.debt) })}
            </p>
          )}
        </div>
      ))}
    </Card>
  );
}

function Details({ customer }: { customer: Person }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nothing = <span className="text-muted">—</span>;
  return (
    <Card title={t("customer.details")}>
      <Facts
        items={[
          [t("customer.email"), customer.email ?? nothing],
          [
            t("customer.phone"),
            customer.phone ? (
              <bdi key="phone" dir="ltr">
                {customer.phone}
              </bdi>
            ) : (
              nothing
            ),
          ],
          [t("customer.birthday"), customer.birthday ? format.date(customer.birthday) : nothing],
          [t("customer.language"), customer.locale ?? nothing],
          [t("customer.since"), format.date(customer.created_at)],
          [
            t("customer.id"),
            <code key="id" className="text-xs break-all">
              {customer.id}
            </code>,
          ],
        ]}
      />
    </Card>
  );
}

function Views({ customer }: { customer: Person }) {
  const { t } = useTranslation();
  const { tab = "points" } = route.useSearch();
  const mayReadEvents = useMay("events:read");
  const mayReadPoints = useMay("points:read");
  const mayReadOrders = useMay("orders:read");
  const gone = Boolean(customer.merged_into || customer.erased_at);
  const to = "/customers/$customerId" as const;
  const params = { customerId: customer.id };
  const shown = [
    { name: "points" as const, title: t("customer.points"), may: true },
    { name: "orders" as const, title: t("nav.orders"), may: mayReadOrders },
    { name: "rewards" as const, title: t("nav.rewards"), may: mayReadPoints },
    { name: "cards" as const, title: t("nav.stampCards"), may: mayReadPoints },
    { name: "messages" as const, title: t("nav.messages"), may: true },
    { name: "consents" as const, title: t("customer.consents"), may: !gone },
    { name: "activity" as const, title: t("nav.activity"), may: mayReadEvents },
  ].filter(({ may }) => may);
  return (
    <Card flush>
      <Tabs
        label={t("customer.history")}
        tabs={shown.map(({ name, title }) => ({
          title,
          current: tab === name,
          link: { to, params, search: { tab: name }, replace: true },
        }))}
      />
      {tab === "points" && <Entries customer={customer} />}
      {tab === "orders" && <OrdersOf customer={customer} />}
      {tab === "rewards" && <RewardsOf customer={customer} />}
      {tab === "cards" && (
        <Suspense fallback={<Loading />}>
          <CardsOf customerId={customer.merged_into ?? customer.id} living={!gone} />
        </Suspense>
      )}
      {tab === "messages" && (
        <Suspense fallback={<Loading />}>
          <MessagesOf customerId={customer.id} />
        </Suspense>
      )}
      {tab === "consents" && !gone && (
        <Suspense fallback={<Loading />}>
          <ConsentsOf customerId={customer.id} />
        </Suspense>
      )}
      {tab === "activity" && <History customer={customer} />}
    </Card>
  );
}

function OrdersOf({ customer }: { customer: Person }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(ordersOfQuery(customer.id));
  return (
    <Listing query={query} empty={<Empty title={t("order.none")} />}>
      {(orders) => <OrderTable orders={orders} />}
    </Listing>
  );
}
