import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { Page } from "../../ui/page";
import { Tabs } from "../../ui/tabs";

interface Props {
  tab: "stampers" | "clerks" | "held";
  actions?: ReactNode;
  children: ReactNode;
}

/** The counter's screens have their tabs in common. */
export function CounterPage({ tab, actions, children }: Props) {
  const { t } = useTranslation();
  // What is held against clerks is for those alone who answer for them.
  const mayWatch = useMay("staff:read");
  const tabs = [
    { title: t("counter.stampers"), link: { to: "/counter" }, current: tab === "stampers" },
    { title: t("counter.clerks"), link: { to: "/counter/clerks" }, current: tab === "clerks" },
    ...(mayWatch
      ? [
          {
            title: t("counter.held"),
            link: { to: "/counter/held" as const },
            current: tab === "held",
          },
        ]
      : []),
  ] as const;
  return (
    <Page title={t("nav.counter")} actions={actions}>
      <Tabs label={t("nav.counter")} tabs={[...tabs]} />
      {children}
    </Page>
  );
}
