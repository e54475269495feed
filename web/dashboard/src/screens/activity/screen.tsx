import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { listen } from "../../api/live";
import { useMay, useMerchant } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty, Loading } from "../../ui/states";
import { Tabs } from "../../ui/tabs";
import { belongs, eventsQuery, type Filters, type Wanted, wantedOf } from "./data";
import { Deliveries } from "./deliveries";
import { EventList } from "./event-list";
import { Failures } from "./failures";
import { ActivityFilters } from "./filters";

const route = getRouteApi("/frame/activity");

export function Activity() {
  const { t } = useTranslation();
  const { view } = route.useSearch();
  const mayReadInbox = useMay("inbox:read");
  return (
    <Page title={t("nav.activity")}>
      <Card flush>
        <Tabs
          label={t("nav.activity")}
          tabs={[
            { title: t("activity.events"), link: { to: "/activity", search: {} }, current: !view },
            ...(mayReadInbox
              ? [
                  {
                    title: t("activity.deliveries"),
                    link: { to: "/activity", search: { view: "deliveries" } } as const,
                    current: view === "deliveries",
                  },
                ]
              : []),
            {
              title: t("activity.failures"),
              link: { to: "/activity", search: { view: "failures" } },
              current: view === "failures",
            },
          ]}
        />
        {view === "deliveries" ? <Deliveries /> : view === "failures" ? <Failures /> : <Events />}
      </Card>
    </Page>
  );
}

/** How many events of these came since the list was read: announced, so that no row jumps. */
function useFresh(wanted: Wanted) {
  const [count, setCount] = useState(0);
  const asked = JSON.stringify(wanted);
  useEffect(() => {
    setCount(0);
    return listen((event) => {
      if (belongs(event, JSON.parse(asked) as Wanted)) setCount((now) => now + 1);
    });
  }, [asked]);
  return { count, seen: () => setCount(0) };
}

function Events() {
  const { view: _, ...filters } = route.useSearch();
  const zone = useMerchant()?.time_zone;
  return (
    <>
      <ActivityFilters filters={filters} />
      <div className="border-t border-line">
        {/* Where a day begins is known only by the merchant's clocks. */}
        {zone ? <Found filters={filters} zone={zone} /> : <Loading />}
      </div>
    </>
  );
}

function Found({ filters, zone }: { filters: Filters; zone: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const wanted = wantedOf(filters, zone);
  const query = useInfiniteQuery(eventsQuery(wanted));
  const fresh = useFresh(wanted);
  const narrowed = Object.keys(filters).length > 0;
  return (
    <>
      {fresh.count > 0 && (
        <div className="flex justify-center border-b border-line p-2">
          <Button
            onClick={() => {
              fresh.seen();
              void query.refetch();
            }}
          >
            {t("activity.fresh", { shown: format.number(fresh.count) })}
          </Button>
        </div>
      )}
      <Listing
        query={query}
        empty={<Empty title={t(narrowed ? "activity.noMatch" : "activity.empty")} />}
      >
        {(events) => <EventList events={events} />}
      </Listing>
    </>
  );
}
