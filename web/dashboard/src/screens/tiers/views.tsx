import { useTranslation } from "react-i18next";
import { Tabs } from "../../ui/tabs";

/** The two halves of the screen: how customers climb, and what that brings besides points. */
export function Views({ current }: { current: "ladder" | "perks" }) {
  const { t } = useTranslation();
  const tabs = [
    { title: t("nav.tiers"), link: { to: "/tiers" as const }, current: current === "ladder" },
    {
      title: t("perk.title"),
      link: { to: "/tiers/perks" as const },
      current: current === "perks",
    },
  ];
  return (
    <div className="overflow-hidden rounded-xl bg-card shadow-card">
      <Tabs label={t("nav.tiers")} tabs={tabs} />
    </div>
  );
}
