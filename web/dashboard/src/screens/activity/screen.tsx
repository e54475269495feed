import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
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
const REFRESH_MS = 15_000;

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

function Events() {
  const { t } = useTranslation();
  const { type } = route.useSearch();
  const navigate = useNavigate();
  const kind = type && type in KINDS ? (type as keyof typeof KINDS) : undefined;
  const types = kind ? [...KINDS[kind]] : type ? [type] : undefined;
  const query = useInfiniteQuery({ ...eventsQuery({ type: types }), refetchInterval: REFRESH_MS });
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
      <div className="border-t border-line">
        <Listing query={query} empty={<Empty title={t("activity.empty")} />}>
          {(events) => <EventList events={events} />}
        </Listing>
      </div>
    </>
  );
}
