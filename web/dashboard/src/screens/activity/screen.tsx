import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { listen } from "../../api/live";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Select } from "../../ui/field";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty } from "../../ui/states";
import { Tabs } from "../../ui/tabs";
import { eventsQuery, KINDS } from "./data";
import { Deliveries } from "./deliveries";
import { EventList } from "./event-list";
import { Failures } from "./failures";

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

/** How many events of these types came since the list was read: announced, so that no row jumps. */
function useFresh(types: string[] | undefined) {
  const [count, setCount] = useState(0);
  const wanted = types?.join();
  useEffect(() => {
    setCount(0);
    return listen(({ type }) => {
      if (!wanted || wanted.split(",").includes(type)) setCount((now) => now + 1);
    });
  }, [wanted]);
  return { count, seen: () => setCount(0) };
}

function Events() {
  const { t } = useTranslation();
  const format = useFormat();
  const { type } = route.useSearch();
  const navigate = useNavigate();
  const kind = type && type in KINDS ? (type as keyof typeof KINDS) : undefined;
  const types = kind ? [...KINDS[kind]] : type ? [type] : undefined;
  const query = useInfiniteQuery(eventsQuery({ type: types }));
  const fresh = useFresh(types);
  const kinds: [string, string][] = Object.keys(KINDS).map((each) => [each, t(`kind.${each}`)]);
  const single: [string, string][] = Object.values(KINDS)
    .flat()
    .map((each) => [each, t(`event.${each.replace(".", "_")}`)]);
  return (
    <>
      <div className="max-w-xs p-3 sm:px-4">
        <Select
          bare
          label={t("activity.filter")}
          value={type ?? ""}
          options={[["", t("activity.everything")], ...kinds, ...single]}
          onValue={(value) =>
            void navigate({ to: "/activity", search: value ? { type: value } : {}, replace: true })
          }
        />
      </div>
      {fresh.count > 0 && (
        <div className="flex justify-center border-t border-line p-2">
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
      <div className="border-t border-line">
        <Listing query={query} empty={<Empty title={t("activity.empty")} />}>
          {(events) => <EventList events={events} />}
        </Listing>
      </div>
    </>
  );
}
