import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { Tabs } from "../../ui/tabs";

/** What there is to see of messages; each is a screen of its own. */
export function MessageViews({ at }: { at: "templates" | "deliveries" | "notices" | "senders" }) {
  const { t } = useTranslation();
  const maySeeDeliveries = useMay("customers:read");
  return (
    <Tabs
      label={t("nav.messages")}
      tabs={[
        {
          title: t("message.words"),
          link: { to: "/messages/templates" },
          current: at === "templates",
        },
        ...(maySeeDeliveries
          ? [
              {
                title: t("delivery.title"),
                link: { to: "/messages/deliveries", search: {} } as const,
                current: at === "deliveries",
              },
            ]
          : []),
        { title: t("notice.title"), link: { to: "/messages/notices" }, current: at === "notices" },
        { title: t("sender.title"), link: { to: "/messages/senders" }, current: at === "senders" },
      ]}
    />
  );
}
