import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { Tabs } from "../../ui/tabs";

/** The two halves of the screen: what there is, and what was taken of it. */
export function Views({ current }: { current: "catalogue" | "redemptions" }) {
  const { t } = useTranslation();
  const mayRead = useMay("points:read");
  const catalogue = {
    title: t("reward.catalogue"),
    link: { to: "/rewards" as const },
    current: current === "catalogue",
  };
  const redemptions = {
    title: t("redemption.title"),
    link: { to: "/rewards/redemptions" as const, search: {} },
    current: current === "redemptions",
  };
  return <Tabs label={t("nav.rewards")} tabs={mayRead ? [catalogue, redemptions] : [catalogue]} />;
}
