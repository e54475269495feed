import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay } from "../../api/program";
import { Button } from "../../ui/button";
import { Select, TextField } from "../../ui/field";
import { Failed, Loading } from "../../ui/states";
import { useNamed } from "../campaigns/data";
import { customersById } from "../customers/data";
import { useNameOf } from "../customers/name";
import { type Filters, KINDS } from "./data";

/** What the page is narrowed to. All of it is in the address. */
export function ActivityFilters({ filters }: { filters: Filters }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayReadCustomers = useMay("customers:read");
  const go = (change: Record<string, string>) => {
    const next = Object.entries({ ...filters, ...change }).filter(([, value]) => value);
    void navigate({ to: "/activity", search: Object.fromEntries(next), replace: true });
  };
  return (
    <div className="flex flex-col gap-3 p-3 sm:px-4">
      <div className="grid items-end gap-3 min-[26rem]:grid-cols-2 lg:grid-cols-4">
        <Kinds value={filters.type ?? ""} onValue={(type) => go({ type })} />
        <Stores value={filters.store ?? ""} onValue={(store) => go({ store })} />
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
        {mayReadCustomers && (
          <Whose value={filters.customer} onValue={(customer) => go({ customer })} />
        )}
        {Object.keys(filters).length > 0 && (
          <Button kind="link" onClick={() => void navigate({ to: "/activity", search: {} })}>
            {t("activity.clear")}
          </Button>
        )}
      </div>
    </div>
  );
}

interface Chosen {
  value: string;
  onValue: (value: string) => void;
}

function Kinds({ value, onValue }: Chosen) {
  const { t } = useTranslation();
  const groups: [string, string][] = Object.keys(KINDS).map((each) => [each, t(`kind.${each}`)]);
  const single: [string, string][] = Object.values(KINDS)
    .flat()
    .map((each) => [each, t(`event.${each.replace(".", "_")}`)]);
  return (
    <div className="min-[26rem]:max-lg:col-span-2">
      <Select
        label={t("activity.filter")}
        value={value}
        options={[["", t("activity.everything")], ...groups, ...single]}
        onValue={onValue}
      />
    </div>
  );
}

function Stores({ value, onValue }: Chosen) {
  const { t } = useTranslation();
  const { stores } = useNamed();
  if (stores.length < 2 && !value) return null;
  return (
    <div className="min-[26rem]:max-lg:col-span-2">
      <Select
        label={t("activity.store")}
        value={value}
        options={[["", t("order.all")], ...stores]}
        onValue={onValue}
      />
    </div>
  );
}

/** The one customer whose activity is shown, or a way to name them. */
export function Whose({
  value,
  onValue,
}: {
  value: string | undefined;
  onValue: Chosen["onValue"];
}) {
  const { t } = useTranslation();
  const nameOf = useNameOf();
  const [q, setQ] = useState("");
  const chosen = useQuery(customersById(value ? [value] : [])).data?.get(value ?? "");
  if (value) {
    return (
      <span className="inline-flex min-w-0 items-center gap-2 rounded-full bg-accent-soft ps-3 text-accent">
        <span className="min-w-0 truncate">
          {t("activity.customer")}: <bdi>{chosen ? nameOf(chosen) : "…"}</bdi>
        </span>
        <Button kind="quiet" icon="close" onClick={() => onValue("")}>
          <span className="sr-only">{t("activity.everybody")}</span>
        </Button>
      </span>
    );
  }
  return (
    <search className="w-full sm:max-w-sm">
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          setQ(String(new FormData(event.currentTarget).get("q")).trim());
        }}
      >
        <TextField
          label={t("activity.customer")}
          placeholder={t("customer.findHint")}
          name="q"
          type="search"
          maxLength={320}
        />
        <Button type="submit" icon="search">
          <span className="sr-only">{t("customer.find")}</span>
        </Button>
      </form>
      {q && <Hits q={q} onValue={onValue} />}
    </search>
  );
}

function Hits({ q, onValue }: { q: string; onValue: Chosen["onValue"] }) {
  const { t } = useTranslation();
  const nameOf = useNameOf();
  const found = useQuery({
    queryKey: ["customers", "hits", q],
    queryFn: () => read(api.GET("/v1/api/customers", { params: { query: { q, limit: 10 } } })),
  });
  if (found.isPending) return <Loading lines={1} />;
  if (found.isError) return <Failed error={found.error} onRetry={() => found.refetch()} />;
  if (found.data.items.length === 0) {
    return <p className="pt-2 text-muted">{t("customer.noHit", { q })}</p>;
  }
  return (
    <ul className="flex flex-wrap gap-2 pt-2">
      {found.data.items.map((each) => (
        <li key={each.id} className="min-w-0">
          <Button className="max-w-full break-words" onClick={() => onValue(each.id)}>
            {nameOf(each)}
          </Button>
        </li>
      ))}
    </ul>
  );
}
