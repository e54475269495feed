import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { buttonClass } from "../../ui/button";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty } from "../../ui/states";
import { Table } from "../../ui/table";
import { Tabs } from "../../ui/tabs";
import { Stopped } from "../earning/stopped";
import { type Campaign, campaignsQuery } from "./data";
import { Budget, Phase } from "./phase";
import type { Shown } from "./routes";
import { percent, useGift } from "./words";

const route = getRouteApi("/frame/campaigns");
const TABS: [Shown | undefined, string][] = [
  [undefined, "order.all"],
  ["running", "phase.running"],
  ["planned", "phase.scheduled"],
  ["paused", "phase.paused"],
  ["ended", "phase.ended"],
];

export function Campaigns() {
  const { t } = useTranslation();
  const { show } = route.useSearch();
  const query = useInfiniteQuery(campaignsQuery(show));
  const mayWrite = useMay("program:write");
  return (
    <Page
      title={t("nav.campaigns")}
      actions={
        mayWrite && (
          <Link to="/campaigns/new" className={buttonClass("primary")}>
            {t("campaign.new")}
          </Link>
        )
      }
    >
      <Stopped part="campaigns" />
      <Card flush>
        <Tabs
          label={t("nav.campaigns")}
          tabs={TABS.map(([which, title]) => ({
            title: t(title),
            link: { to: "/campaigns", search: which ? { show: which } : {} } as const,
            current: show === which,
          }))}
        />
        <Listing
          query={query}
          empty={
            show ? (
              <Empty title={t("campaign.noneHere")} />
            ) : (
              <Empty title={t("campaign.none")} text={t("campaign.noneText")} />
            )
          }
        >
          {(campaigns) => <Rows campaigns={campaigns} />}
        </Listing>
      </Card>
    </Page>
  );
}

function Rows({ campaigns }: { campaigns: Campaign[] }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const giftOf = useGift();
  return (
    <Table
      label={t("nav.campaigns")}
      rows={campaigns}
      keyOf={(campaign) => campaign.id}
      columns={[
        {
          title: t("customer.name"),
          cell: (campaign) => (
            <span className="flex flex-col items-start gap-1">
              <Link
                to="/campaigns/$campaignId"
                params={{ campaignId: campaign.id }}
                className="font-medium break-words hover:underline"
              >
                {campaign.rule.name}
              </Link>
              <span className="text-muted">{giftOf(campaign.rule.effect)}</span>
            </span>
          ),
        },
        { title: t("order.state"), cell: (campaign) => <Phase phase={campaign.phase} /> },
        {
          title: t("order.when"),
          wide: true,
          cell: ({ rule }) => (
            <span className="text-muted">
              {format.date(rule.starts_at)} – {rule.ends_at ? format.date(rule.ends_at) : "…"}
            </span>
          ),
        },
        {
          title: t("campaign.heldOut"),
          end: true,
          wide: true,
          cell: ({ rule }) => percent(rule.holdout ?? 0, i18n.language),
        },
        {
          title: t("campaign.used"),
          end: true,
          cell: (campaign) => <Budget campaign={campaign} />,
        },
      ]}
    />
  );
}
