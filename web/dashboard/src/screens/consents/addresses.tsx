import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Select, TextField } from "../../ui/field";
import { Listing } from "../../ui/listing";
import { Empty } from "../../ui/states";
import {
  CHANNELS,
  REASONS,
  type Suppression,
  suppressionsQuery,
  useChannelName,
  useSuppressing,
  type Wanted,
} from "./data";
import { Suppress } from "./suppress";

/** Addresses that get nothing, why, and the way back where there is one. */
export function Addresses({ wanted }: { wanted: Wanted }) {
  const { t } = useTranslation();
  const mayChange = useMay("customers:write");
  const [adding, setAdding] = useState(false);
  const query = useInfiniteQuery(suppressionsQuery(wanted));
  return (
    <>
      <Narrowing wanted={wanted} />
      {mayChange && (
        <div className="border-t border-line px-4 py-2">
          <Button onClick={() => setAdding(true)}>{t("consent.add")}</Button>
        </div>
      )}
      <Listing query={query} empty={<Empty title={t("consent.none")} />}>
        {(held) => (
          <ul>
            {held.map((each) => (
              <Line key={each.id} it={each} mayChange={mayChange} />
            ))}
          </ul>
        )}
      </Listing>
      {adding && <Suppress onClose={() => setAdding(false)} />}
    </>
  );
}

function Narrowing({ wanted }: { wanted: Wanted }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const nameOf = useChannelName();
  const show = (part: { [name in keyof Wanted]?: string }) => {
    const search = Object.fromEntries(
      Object.entries({ ...wanted, view: "addresses", ...part }).filter(([, value]) => value),
    );
    void navigate({ to: "/settings/messages", search: search as Wanted, replace: true });
  };
  return (
    <form
      className="grid grid-cols-1 gap-3 p-4 sm:grid-cols-3"
      onSubmit={(event) => {
        event.preventDefault();
        show({ address: String(new FormData(event.currentTarget).get("address")).trim() });
      }}
    >
      <TextField
        label={t("consent.find")}
        name="address"
        type="search"
        maxLength={320}
        defaultValue={wanted.address ?? ""}
      />
      <Select
        label={t("consent.channel")}
        value={wanted.channel ?? ""}
        options={[["", t("order.all")], ...CHANNELS.map((it) => [it, nameOf(it)] as const)]}
        onValue={(channel) => show({ channel })}
      />
      <Select
        label={t("consent.reason")}
        value={wanted.reason ?? ""}
        options={[["", t("order.all")], ...REASONS.map((it) => [it, t(`consent.${it}`)] as const)]}
        onValue={(reason) => show({ reason })}
      />
    </form>
  );
}

function Line({ it, mayChange }: { it: Suppression; mayChange: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useChannelName();
  const { lifting } = useSuppressing();
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line px-4 py-3">
      <div className="flex min-w-0 flex-1 basis-56 flex-col gap-1">
        <p className="flex flex-wrap items-center gap-2">
          {it.address ? (
            <bdi dir="ltr" className="font-medium break-all">
              {it.address}
            </bdi>
          ) : (
            <span className="text-muted">{t("consent.forgotten")}</span>
          )}
          <Badge tone={it.liftable ? "plain" : "warn"}>{t(`consent.${it.reason}`)}</Badge>
        </p>
        <p className="text-xs text-muted">
          {nameOf(it.channel)} · {format.instant(it.since)}
        </p>
      </div>
      {it.liftable
        ? mayChange && (
            <Button
              aria-label={`${t("consent.lift")}: ${it.address ?? ""}`}
              busy={lifting.isPending}
              onClick={() => lifting.mutate(it)}
            >
              {t("consent.lift")}
            </Button>
          )
        : it.address && <span className="text-xs text-muted">{t("consent.stands")}</span>}
    </li>
  );
}
