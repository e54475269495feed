import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty } from "../../ui/states";
import { Tabs } from "../../ui/tabs";
import { type Customer, customersById } from "../customers/data";
import { useNameOf } from "../customers/name";
import { Answer } from "./answer";
import { type PrivacyRequest, requestsQuery, useAnswering } from "./data";

const route = getRouteApi("/frame/customers/privacy");

/** What customers ask about their data, and what they were answered. */
export function PrivacyRequests() {
  const { t } = useTranslation();
  const answered = route.useSearch().show === "answered";
  const query = useInfiniteQuery(requestsQuery(answered ? "answered" : "open"));
  const asked = query.data?.pages.flatMap((page) => page.items) ?? [];
  const ids = [...new Set(asked.map((request) => request.customer_id))].slice(0, 100);
  const people = useQuery(customersById(ids)).data;
  const [open, setOpen] = useState<PrivacyRequest | null>(null);
  const tabs = [
    {
      title: t("privacy.open"),
      link: { to: "/customers/privacy", search: {} },
      current: !answered,
    },
    {
      title: t("privacy.answered"),
      link: { to: "/customers/privacy", search: { show: "answered" } },
      current: answered,
    },
  ] as const;
  return (
    <Page title={t("privacy.title")} subtitle={t("privacy.text")} back="/customers">
      <Card flush>
        <Tabs label={t("privacy.title")} tabs={[...tabs]} />
        <Listing query={query} empty={<Empty title={t("privacy.none")} />}>
          {(requests) => (
            <ul className="-mt-px">
              {requests.map((request) => (
                <Line
                  key={request.id}
                  request={request}
                  customer={people?.get(request.customer_id)}
                  onAnswer={() => setOpen(request)}
                />
              ))}
            </ul>
          )}
        </Listing>
      </Card>
      {open && <Answer request={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

interface LineProps {
  request: PrivacyRequest;
  customer: Customer | undefined;
  onAnswer: () => void;
}

function Line({ request, customer, onAnswer }: LineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useNameOf();
  const mayAnswer = useMay("customers:write");
  const { reopening } = useAnswering();
  const name = customer ? nameOf(customer) : t("customer.anonymous");
  const named = (action: string) => `${action}: ${name}`;
  const answered = request.standing === "answered";
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 border-t border-line px-4 py-3">
      <div className="flex min-w-0 flex-1 basis-56 flex-col gap-1">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{t(`privacy.${request.kind}`)}</span>
          {request.standing === "overdue" && <Badge tone="danger">{t("privacy.overdue")}</Badge>}
        </p>
        <p className="text-xs text-muted">
          <Link
            to="/customers/$customerId"
            params={{ customerId: request.customer_id }}
            className="underline"
          >
            <bdi>{name}</bdi>
          </Link>
          {" · "}
          {answered && request.answered_at
            ? t("privacy.answeredOn", { date: format.instant(request.answered_at) })
            : t("privacy.due", { date: format.instant(request.due_at) })}
        </p>
        {request.note && (
          <p dir="auto" className="break-words whitespace-pre-line">
            {request.note}
          </p>
        )}
        {request.answer && (
          <p
            dir="auto"
            className="border-s-2 border-line-strong ps-3 break-words whitespace-pre-line text-muted"
          >
            {request.answer}
          </p>
        )}
      </div>
      {mayAnswer &&
        (answered ? (
          <Button
            aria-label={named(t("privacy.reopen"))}
            busy={reopening.isPending}
            onClick={() => reopening.mutate(request.id)}
          >
            {t("privacy.reopen")}
          </Button>
        ) : (
          <Button aria-label={named(t("privacy.answer"))} onClick={onAnswer}>
            {t("privacy.answer")}
          </Button>
        ))}
    </li>
  );
}
