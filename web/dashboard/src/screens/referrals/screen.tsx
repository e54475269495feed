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
import { Stopped } from "../earning/stopped";
import { referralsQuery } from "./data";
import { Figures } from "./figures";
import { Queue } from "./queue";
import { ReferralTable } from "./referral-table";
import { Rules } from "./rules";
import { type Filter, STATUSES } from "./words";

const route = getRouteApi("/frame/referrals");

export function Referrals() {
  const { t } = useTranslation();
  const { view } = route.useSearch();
  const mayLook = useMay("customers:read");
  const tabs = [
    { name: undefined, title: t("referral.overview"), may: true },
    { name: "review" as const, title: t("referral.review"), may: mayLook },
    { name: "rules" as const, title: t("referral.rules"), may: true },
  ];
  return (
    <Page title={t("nav.referrals")}>
      <Stopped part="referrals" />
      <div className="overflow-hidden rounded-xl bg-card shadow-card">
        <Tabs
          label={t("nav.referrals")}
          tabs={tabs
            .filter(({ may }) => may)
            .map(({ name, title }) => ({
              title,
              current: view === name,
              link: { to: "/referrals", search: name ? { view: name } : {} },
            }))}
        />
        {view === "review" && <Queue />}
        {view === undefined && <Figures />}
      </div>
      {view === undefined && mayLook && <All />}
      {view === "rules" && <Rules />}
    </Page>
  );
}

function All() {
  const { t } = useTranslation();
  const { status, days } = route.useSearch();
  const navigate = useNavigate();
  const query = useInfiniteQuery(
    referralsQuery(status === "owed" ? { owed: true } : status ? { status } : {}),
  );
  return (
    <Card flush title={t("nav.referrals")}>
      <div className="max-w-xs px-4 pb-3">
        <Select
          bare
          label={t("activity.filter")}
          value={status ?? "all"}
          options={[
            ["all", t("activity.everything")],
            ...STATUSES.map((each): [Filter, string] => [each, t(`referral.${each}`)]),
            ["owed", t("referral.giftOwed")],
          ]}
          onValue={(chosen) =>
            void navigate({
              to: "/referrals",
              search: {
                ...(days ? { days } : {}),
                ...(chosen === "all" ? {} : { status: chosen }),
              },
              replace: true,
            })
          }
        />
      </div>
      <Listing query={query} empty={<Empty title={t("referral.none")} />}>
        {(referrals) => <ReferralTable referrals={referrals} />}
      </Listing>
    </Card>
  );
}
