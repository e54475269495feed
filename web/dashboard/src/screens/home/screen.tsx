import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { identityQuery, useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading } from "../../ui/states";
import { eventsQuery } from "../activity/data";
import { EventList } from "../activity/event-list";
import { MonthChart } from "./month-chart";
import { Onboarding, onboardingQuery } from "./onboarding";
import { Usage, usageQuery } from "./usage";
import { Waiting } from "./waiting";

const MONTHS = 6;
const REFRESH_MS = 30_000;

export function Home() {
  const { t } = useTranslation();
  const mayReadEvents = useMay("events:read");
  const mayReadProgram = useMay("program:read");
  const topIsKnown = useTopIsKnown(mayReadProgram);
  return (
    <Page title={t("nav.home")}>
      {topIsKnown ? (
        <>
          {mayReadProgram && <Usage />}
          {mayReadProgram && <Onboarding />}
          <Months />
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
            <Waiting />
            {mayReadEvents && <Latest />}
          </div>
        </>
      ) : (
        <Loading lines={6} />
      )}
    </Page>
  );
}

/** Whether it is known what stands on top: shown later, it would push down what is being read. */
function useTopIsKnown(mayReadProgram: boolean): boolean {
  const identity = useQuery(identityQuery);
  const usage = useQuery({ ...usageQuery, enabled: mayReadProgram });
  const onboarding = useQuery({ ...onboardingQuery, enabled: mayReadProgram });
  const asked = mayReadProgram ? [identity, usage, onboarding] : [identity];
  // What failed once is not waited for.
  return asked.every((query) => !query.isPending || query.failureCount > 0);
}

/** The first day of the month so many months back, in UTC; the server takes it as the merchant's. */
function monthsBack(count: number): string {
  const today = new Date();
  return new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - count, 1))
    .toISOString()
    .slice(0, 10);
}

function Months() {
  const { t } = useTranslation();
  const format = useFormat();
  const months = useQuery({
    queryKey: ["liability", MONTHS],
    queryFn: () =>
      read(
        api.GET("/v1/api/ledger/liability", {
          params: { query: { from: monthsBack(MONTHS - 1) } },
        }),
      ),
    refetchInterval: REFRESH_MS,
  });
  if (months.isError && !months.data) {
    return (
      <Card>
        <Failed error={months.error} onRetry={() => months.refetch()} />
      </Card>
    );
  }
  const points = months.data?.items.filter((month) => month.unit === "points");
  const now = points?.at(-1);
  const tiles: [string, number | undefined, string][] = [
    [t("home.issued"), now?.issued, t("home.thisMonth")],
    [t("home.redeemed"), now && Math.abs(now.redeemed), t("home.thisMonth")],
    [t("home.outstanding"), now?.closing, t("home.rightNow")],
  ];
  return (
    <>
      <dl className="grid grid-cols-1 gap-3 sm:grid-cols-3">
        {tiles.map(([name, value, when]) => (
          <div key={name} className="rounded-xl bg-card p-4 shadow-card">
            <dt className="font-medium text-muted">{name}</dt>
            <dd className="mt-1 text-2xl font-bold tabular-nums">
              {value === undefined ? "…" : format.number(value)}
            </dd>
            <dd className="text-xs text-muted">{when}</dd>
          </div>
        ))}
      </dl>
      <Card title={t("home.byMonth")}>
        {/* As high before it is filled as after: nothing below jumps. */}
        <div className="min-h-53">{points && <MonthChart months={points} />}</div>
      </Card>
    </>
  );
}

function Latest() {
  const { t } = useTranslation();
  const query = useInfiniteQuery({ ...eventsQuery({ limit: 8 }), refetchInterval: REFRESH_MS });
  return (
    <Card
      flush
      title={t("home.latest")}
      actions={
        <Link to="/activity" className="font-medium text-accent hover:underline">
          {t("order.all")}
        </Link>
      }
    >
      <Listing
        query={{ ...query, hasNextPage: false } as typeof query}
        empty={<Empty title={t("activity.empty")} />}
      >
        {(events) => <EventList events={events} />}
      </Listing>
    </Card>
  );
}
