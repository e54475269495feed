import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button";
import { Select, TextField } from "../../ui/field";
import { Whose } from "../activity/filters";
import { occasionsQuery } from "../messages/data";
import { CHANNELS } from "../messages/routes";
import { PROVIDERS, sendersQuery } from "../senders/data";
import { type Filters, STATES } from "./routes";

/** What the list is narrowed to. All of it is in the address. */
export function Narrowing({ filters }: { filters: Filters }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const occasions = useQuery(occasionsQuery).data ?? [];
  const senders = useQuery(sendersQuery).data ?? [];
  const go = (change: { [name in keyof Filters]?: string }) => {
    const next = Object.entries({ ...filters, ...change }).filter(([, value]) => value);
    void navigate({
      to: "/messages/deliveries",
      search: Object.fromEntries(next) as Filters,
      replace: true,
    });
  };
  const all = ["", t("order.all")] as const;
  return (
    <div className="flex flex-col gap-3 p-3 sm:px-4">
      <div className="grid items-end gap-3 min-[26rem]:grid-cols-2 lg:grid-cols-3">
        <Select
          label={t("order.state")}
          value={filters.state ?? ""}
          options={[all, ...STATES.map((it) => [it, t(`deliveryState.${it}`)] as const)]}
          onValue={(state) => go({ state })}
        />
        <Select
          label={t("message.channel")}
          value={filters.channel ?? ""}
          options={[all, ...CHANNELS.map((it) => [it, t(`message.${it}`)] as const)]}
          onValue={(channel) => go({ channel })}
        />
        <Select
          label={t("message.occasion")}
          value={filters.occasion ?? ""}
          options={[
            all,
            ...occasions.map((it) => [it.occasion, t(`occasion.${it.occasion}`)] as const),
          ]}
          onValue={(occasion) => go({ occasion })}
        />
        {(senders.length > 1 || filters.sender) && (
          <Select
            label={t("sender.one")}
            value={filters.sender ?? ""}
            options={[
              all,
              ...senders.map((it) => [it.id, `${PROVIDERS[it.provider]} · ${it.origin}`] as const),
            ]}
            onValue={(sender) => go({ sender })}
          />
        )}
        {(["from", "to"] as const).map((name) => (
          <TextField
            key={name}
            type="date"
            label={t(name === "from" ? "activity.from" : "activity.to")}
            value={filters[name] ?? ""}
            {...(name === "to" ? { min: filters.from } : { max: filters.to })}
            onChange={(event) => go({ [name]: event.target.value })}
          />
        ))}
      </div>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <Whose value={filters.customer} onValue={(customer) => go({ customer })} />
        {Object.keys(filters).length > 0 && (
          <Button
            kind="link"
            onClick={() => void navigate({ to: "/messages/deliveries", search: {} })}
          >
            {t("activity.clear")}
          </Button>
        )}
      </div>
    </div>
  );
}
