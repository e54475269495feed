import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Icon } from "../../ui/icon";

export const usageQuery = queryOptions({
  queryKey: ["usage"],
  queryFn: () => read(api.GET("/v1/api/usage")),
});

/** A word in time when the plan's orders run out, and that nothing stops when they do. */
export function Usage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { data } = useQuery(usageQuery);
  if (!data?.threshold || data.limit === null) return null;
  const full = data.threshold >= 100;
  return (
    <div
      role="status"
      className={`flex items-start gap-3 rounded-xl px-4 py-3 ${full ? "bg-danger-soft text-danger" : "bg-warn-soft text-warn"}`}
    >
      <Icon name="alert" />
      <p>
        <span className="font-semibold">
          {t(full ? "usage.full" : "usage.near", {
            orders: format.number(data.orders),
            limit: format.number(data.limit),
          })}
        </span>{" "}
        {t("usage.goesOn")}
      </p>
    </div>
  );
}
