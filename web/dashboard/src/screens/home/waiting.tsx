import { type QueryKey, useQueries, useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { identityQuery } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Icon } from "../../ui/icon";
import { Empty, Failed, Loading } from "../../ui/states";
import { nearlyGone } from "../rewards/standing";

const SHOWN = 50;

interface Matter {
  label: string;
  scope: Schemas["Scope"];
  key: QueryKey;
  count: () => Promise<{ items: unknown[]; next_cursor?: string | null }>;
  link: LinkProps;
}

/** What somebody has to decide or to mend. A screen with such matters adds a line here. */
const MATTERS: Matter[] = [
  {
    label: "home.candidates",
    scope: "customers:write",
    key: ["candidates"],
    count: () => read(api.GET("/v1/api/merge-candidates")),
    link: { to: "/customers/same" },
  },
  {
    label: "home.privacy",
    scope: "customers:write",
    key: ["privacy-requests"],
    count: () => read(api.GET("/v1/api/privacy-requests", { params: { query: { limit: SHOWN } } })),
    link: { to: "/customers/privacy", search: {} },
  },
  {
    label: "home.dead",
    scope: "inbox:read",
    key: ["deliveries", "dead"],
    count: () =>
      read(
        api.GET("/v1/api/inbox/deliveries", { params: { query: { state: "dead", limit: SHOWN } } }),
      ),
    link: { to: "/activity", search: { view: "deliveries" } },
  },
  {
    label: "home.failures",
    scope: "events:read",
    key: ["failures"],
    count: () => read(api.GET("/v1/api/events/failures", { params: { query: { limit: SHOWN } } })),
    link: { to: "/activity", search: { view: "failures" } },
  },
  {
    label: "home.waiting",
    scope: "orders:read",
    key: ["orders", "waiting"],
    count: () => read(api.GET("/v1/api/orders/waiting", { params: { query: { limit: SHOWN } } })),
    link: { to: "/orders", search: { waiting: true } },
  },
  {
    label: "home.referrals",
    scope: "points:write",
    key: ["referrals", "waiting"],
    count: () =>
      read(
        api.GET("/v1/api/referrals/status", {
          params: { query: { status: "pending", review: "waiting", limit: SHOWN } },
        }),
      ),
    link: { to: "/referrals", search: { view: "review" } },
  },
  {
    label: "home.owed",
    scope: "program:write",
    key: ["referrals", "owed"],
    count: () =>
      read(
        api.GET("/v1/api/referrals/status", { params: { query: { owed: true, limit: SHOWN } } }),
      ),
    link: { to: "/referrals", search: { status: "owed" } },
  },
  {
    label: "home.nearlyGone",
    scope: "program:write",
    key: ["rewards", "nearly-gone"],
    count: async () => {
      const { items } = await read(
        api.GET("/v1/api/rewards", { params: { query: { state: "active" } } }),
      );
      return { items: items.filter(nearlyGone) };
    },
    link: { to: "/rewards" },
  },
];

export function Waiting() {
  const { t } = useTranslation();
  const found = useMatters();
  return (
    <Card title={t("home.attention")} flush>
      {found.error ? (
        <Failed error={found.error} onRetry={found.retry} />
      ) : found.matters === null ? (
        <Loading lines={2} />
      ) : found.matters.length === 0 ? (
        <Empty title={t("home.calm")} />
      ) : (
        <ul>
          {found.matters.map(({ label, link, shown }) => (
            <li key={label} className="border-t border-line first:border-0">
              <Link {...link} className="flex items-center gap-3 px-4 py-3 hover:bg-sunken">
                <span className="min-w-9 rounded-full bg-warn-soft px-2 text-center font-semibold text-warn tabular-nums">
                  {shown}
                </span>
                <span className="flex-1">{t(label)}</span>
                <span className="text-muted">
                  <Icon name="next" mirrored />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function useMatters() {
  const format = useFormat();
  const scopes = useQuery(identityQuery).data?.scopes;
  const mine = MATTERS.filter(({ scope }) => scopes?.includes(scope));
  const answers = useQueries({
    queries: mine.map(({ key, count }) => ({ queryKey: [...key, "count"], queryFn: count })),
  });
  const failed = answers.find((answer) => answer.isError);
  return {
    error: failed?.error,
    retry: () => void failed?.refetch(),
    matters:
      !scopes || answers.some((answer) => answer.isPending)
        ? null
        : mine.flatMap((matter, place) => {
            const found = answers[place]?.data;
            if (!found?.items.length) return [];
            const shown = `${format.number(found.items.length)}${found.next_cursor ? "+" : ""}`;
            return [{ ...matter, shown }];
          }),
  };
}
