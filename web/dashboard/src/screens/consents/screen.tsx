import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { Card } from "../../ui/card";
import { Page } from "../../ui/page";
import { Tabs } from "../../ui/tabs";
import { Addresses } from "./addresses";
import { Rules } from "./rules";

const route = getRouteApi("/frame/settings/messages");

/** How the program asks, when it keeps quiet, and which addresses get nothing. */
export function Messages() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const maySeeRules = useMay("program:read");
  const addresses = search.view === "addresses" || !maySeeRules;
  const to = "/settings/messages" as const;
  const tabs = [
    ...(maySeeRules
      ? [{ title: t("consent.rules"), link: { to, search: {} }, current: !addresses }]
      : []),
    {
      title: t("consent.addresses"),
      link: { to, search: { view: "addresses" as const } },
      current: addresses,
    },
  ];
  return (
    <Page title={t("settings.messages")} subtitle={t("settings.messagesText")} back="/settings">
      <Card flush>
        <Tabs label={t("settings.messages")} tabs={tabs} />
        {addresses ? <Addresses wanted={search} /> : <Rules />}
      </Card>
    </Page>
  );
}
