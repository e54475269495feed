import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button, buttonClass } from "../../ui/button";
import { Card } from "../../ui/card";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty } from "../../ui/states";
import { Table } from "../../ui/table";
import { tiersQuery, useTierName } from "../tiers/data";
import { type Customer, customersQuery, pointsOf, type Wanted } from "./data";
import { Enrol } from "./enrol";
import { Filters } from "./filters";
import { Initial, useNameOf } from "./name";

const route = getRouteApi("/frame/customers");

export function Customers() {
  const { t } = useTranslation();
  const wanted = route.useSearch();
  const { q } = wanted;
  const navigate = useNavigate();
  const query = useInfiniteQuery(customersQuery(wanted));
  const mayWrite = useMay("customers:write");
  const [enrolling, setEnrolling] = useState(false);
  return (
    <Page
      title={t("nav.customers")}
      actions={
        mayWrite && (
          <>
            <Link to="/customers/privacy" search={{}} className={buttonClass()}>
              {t("privacy.title")}
            </Link>
            <Link to="/customers/same" className={buttonClass()}>
              {t("same.link")}
            </Link>
            <Button kind="primary" onClick={() => setEnrolling(true)}>
              {t("customer.add")}
            </Button>
          </>
        )
      }
    >
      <Card flush>
        <form
          key={q}
          className="flex items-end gap-2 p-3 sm:px-4"
          onSubmit={(event) => {
            event.preventDefault();
            const wanted = String(new FormData(event.currentTarget).get("q")).trim();
            void navigate({ to: "/customers", search: wanted ? { q: wanted } : {} });
          }}
        >
          <TextField
            bare
            label={t("customer.find")}
            placeholder={t("customer.findHint")}
            name="q"
            type="search"
            defaultValue={q}
            maxLength={320}
          />
          <Button type="submit" icon="search">
            <span className="max-sm:sr-only">{t("customer.find")}</span>
          </Button>
        </form>
        <Filters wanted={wanted} />
        <Listing query={query} empty={<Nobody wanted={wanted} />}>
          {(customers) => <People customers={customers} />}
        </Listing>
      </Card>
      {enrolling && <Enrol onClose={() => setEnrolling(false)} />}
    </Page>
  );
}

function Nobody({ wanted: { q, tier, segment } }: { wanted: Wanted }) {
  const { t } = useTranslation();
  if (!q && !tier && !segment) return <Empty title={t("customer.none")} />;
  return (
    <Empty title={q ? t("customer.noHit", { q }) : t("customer.none")}>
      <Link to="/customers" className={buttonClass()}>
        {t("customer.showAll")}
      </Link>
    </Empty>
  );
}

function People({ customers }: { customers: Customer[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useNameOf();
  const tierOf = useTierName();
  const mayRead = useMay("program:read");
  const tiers = useQuery({ ...tiersQuery, enabled: mayRead });
  const tier = {
    title: t("standing.tier"),
    wide: true,
    cell: (customer: Customer) => customer.tier && tierOf(customer.tier),
  };
  return (
    <Table
      label={t("nav.customers")}
      rows={customers}
      keyOf={(customer) => customer.id}
      columns={[
        {
          title: t("customer.name"),
          cell: (customer) => (
            <Link
              to="/customers/$customerId"
              params={{ customerId: customer.id }}
              className="flex min-w-0 items-center gap-3 font-medium hover:underline"
            >
              <Initial name={nameOf(customer)} />
              <span className="min-w-0 break-words">{nameOf(customer)}</span>
            </Link>
          ),
        },
        {
          title: t("customer.contact"),
          wide: true,
          cell: (customer) => (
            <span className="text-muted">
              {[customer.email, customer.phone].filter(Boolean).join(" · ")}
            </span>
          ),
        },
        ...(tiers.data?.ladder.enabled ? [tier] : []),
        {
          title: t("rfm.segment"),
          wide: true,
          cell: (customer) => customer.segment && t(`segment.${customer.segment}`),
        },
        {
          title: t("customer.points"),
          end: true,
          cell: (customer) => format.number(pointsOf(customer)),
        },
        {
          title: t("customer.since"),
          end: true,
          wide: true,
          cell: (customer) => format.date(customer.created_at),
        },
        {
          title: t("customer.enrolled"),
          end: true,
          wide: true,
          cell: (customer) =>
            customer.enrolled_at ? (
              <span className="inline-flex text-good">
                <Icon name="good" />
                <span className="sr-only">{t("customer.enrolled")}</span>
              </span>
            ) : (
              <span className="sr-only">{t("customer.notEnrolled")}</span>
            ),
        },
      ]}
    />
  );
}
