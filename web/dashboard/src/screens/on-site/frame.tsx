import { useRouterState } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { Page } from "../../ui/page";
import { Tabs } from "../../ui/tabs";

const TABS = [
  ["/on-site", "site.widget"],
  ["/on-site/nudges", "site.nudges"],
  ["/on-site/pages", "site.pages"],
  ["/on-site/addresses", "site.addresses"],
] as const;

/** The parts of what is on the shop's pages, side by side. */
export function OnSite({ actions, children }: { actions?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation();
  const at = useRouterState({ select: (state) => state.location.pathname });
  const mayLook = useMay("customers:read");
  const tabs = TABS.filter(([to]) => to !== "/on-site/addresses" || mayLook);
  return (
    <Page title={t("nav.onSite")} actions={actions}>
      <div className="overflow-hidden rounded-xl bg-card shadow-card">
        <Tabs
          label={t("nav.onSite")}
          tabs={tabs.map(([to, title]) => ({
            title: t(title),
            link: { to },
            current: at.replace(/\/$/, "") === to,
          }))}
        />
      </div>
      {children}
    </Page>
  );
}
