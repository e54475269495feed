import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay, useMerchant } from "../../api/program";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty, Loading } from "../../ui/states";
import { type Customer, customersById } from "../customers/data";
import { MessageViews } from "../messages/views";
import { askedOf, DEAD, type Delivery, deliveriesQuery } from "./data";
import { Narrowing } from "./filters";
import { RetryAll } from "./retry-all";
import type { Filters } from "./routes";
import { Rows } from "./rows";

const route = getRouteApi("/frame/messages/deliveries");

/** Every message: how it stands, and why it didn't arrive. */
export function Deliveries() {
  const { t } = useTranslation();
  const filters = route.useSearch();
  const zone = useMerchant()?.time_zone;
  return (
    <Page title={t("nav.messages")} subtitle={t("delivery.text")}>
      <Card flush>
        <MessageViews at="deliveries" />
        <Narrowing filters={filters} />
        {zone ? <Found filters={filters} zone={zone} /> : <Loading />}
      </Card>
    </Page>
  );
}

function Found({ filters, zone }: { filters: Filters; zone: string }) {
  const { t } = useTranslation();
  const asked = askedOf(filters, zone);
  const query = useInfiniteQuery(deliveriesQuery(asked));
  const mayRetry = useMay("customers:write");
  const [asking, setAsking] = useState(false);
  const found = query.data?.pages.flatMap((page) => page.items) ?? [];
  const customers = useCustomers(found, filters.customer === undefined);
  const narrowed = Object.keys(filters).length > 0;
  const dead = filters.state !== undefined && DEAD.includes(filters.state);
  return (
    <div className="border-t border-line">
      {mayRetry && dead && found.some((each) => each.can_be_retried) && (
        <div className="border-b border-line px-4 py-2">
          <Button onClick={() => setAsking(true)}>{t("delivery.againAll")}</Button>
        </div>
      )}
      <Listing
        query={query}
        empty={<Empty title={t(narrowed ? "activity.noMatch" : "delivery.none")} />}
      >
        {(deliveries) => <Rows deliveries={deliveries} customers={customers} />}
      </Listing>
      {asking && (
        <RetryAll
          asked={asked}
          doubtful={filters.state === "in_doubt"}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}

const AT_ONCE = 30;

/** Asked a page at a time, so that a further page asks for its own alone. */
function useCustomers(found: Delivery[], wanted: boolean): Map<string, Customer> {
  const pages = Array.from({ length: Math.ceil(found.length / AT_ONCE) }, (_, page) =>
    found.slice(page * AT_ONCE, (page + 1) * AT_ONCE).flatMap((each) => each.customer_id ?? []),
  );
  const queries = wanted ? pages.map((ids) => customersById([...new Set(ids)])) : [];
  return new Map(useQueries({ queries }).flatMap(({ data }) => [...(data ?? [])]));
}
