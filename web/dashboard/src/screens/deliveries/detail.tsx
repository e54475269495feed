import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Awaited } from "../../ui/awaited";
import { Button } from "../../ui/button";
import { Card, Facts } from "../../ui/card";
import { Page } from "../../ui/page";
import { customerQuery } from "../customers/data";
import { useNameOf } from "../customers/name";
import { PROVIDERS } from "../senders/data";
import { type DeliveryDetails, deliveryQuery, useRetrying } from "./data";
import { Further, StateBadge, useWhy } from "./state";

const route = getRouteApi("/frame/messages/deliveries/$messageId");

/** One message: how it stands, its whole way, and what went in its stead. */
export function OneDelivery() {
  const { t } = useTranslation();
  const { messageId } = route.useParams();
  const query = useQuery(deliveryQuery(messageId));
  if (query.data) return <Known it={query.data} />;
  return <Awaited query={query} title={t("delivery.title")} back="/messages/deliveries" />;
}

function Known({ it }: { it: DeliveryDetails }) {
  const { t } = useTranslation();
  const why = useWhy()(it);
  const { one } = useRetrying();
  const mayRetry = useMay("customers:write");
  return (
    <Page
      title={t(`occasion.${it.occasion}`)}
      back="/messages/deliveries"
      subtitle={
        <span className="flex flex-wrap gap-2">
          <StateBadge of={it.state} />
          <Further of={it} />
        </span>
      }
      actions={
        mayRetry &&
        it.can_be_retried && (
          <Button kind="primary" busy={one.isPending} onClick={() => one.mutate(it.id)}>
            {t("delivery.again")}
          </Button>
        )
      }
    >
      {why && (
        <div className="rounded-xl bg-warn-soft px-4 py-3 text-warn">
          <p className="font-medium">{why}</p>
          {it.state === "in_doubt" && <p>{t("delivery.doubt")}</p>}
        </div>
      )}
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        <About it={it} />
        <div className="flex min-w-0 flex-col gap-4">
          <Way it={it} />
          {it.legs.length > 1 && <Legs it={it} />}
        </div>
      </div>
    </Page>
  );
}

function About({ it }: { it: DeliveryDetails }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useNameOf();
  const customer = useQuery({
    ...customerQuery(it.customer_id ?? ""),
    enabled: it.customer_id !== null,
  }).data;
  const nothing = <span className="text-muted">—</span>;
  return (
    <Card title={t("customer.details")}>
      <Facts
        items={[
          [
            t("activity.customer"),
            it.customer_id === null ? (
              t("order.nobody")
            ) : (
              <Link
                key="customer"
                to="/customers/$customerId"
                params={{ customerId: it.customer_id }}
                search={{ tab: "messages" }}
                className="text-accent hover:underline"
              >
                <bdi>{customer ? nameOf(customer) : "…"}</bdi>
              </Link>
            ),
          ],
          [t("message.purpose"), t(`message.${it.purpose}`)],
          [t("message.channel"), `${t(`message.${it.channel}`)} · ${PROVIDERS[it.provider]}`],
          [
            t("consent.address"),
            it.to ? (
              <bdi key="to" dir="ltr">
                {it.to}
              </bdi>
            ) : (
              nothing
            ),
          ],
          [t("settings.language"), it.language ? LANGUAGES[it.language as Language] : nothing],
          [t("delivery.due"), format.instant(it.due_at)],
          ...(it.code ? [[t("delivery.code"), it.code] satisfies [string, string]] : []),
          ...(it.provider_id
            ? ([
                [
                  t("delivery.providerId"),
                  <code key="id" className="text-xs break-all">
                    {it.provider_id}
                  </code>,
                ],
              ] satisfies [string, React.ReactNode][])
            : []),
        ]}
      />
    </Card>
  );
}

function Way({ it }: { it: DeliveryDetails }) {
  const { t } = useTranslation();
  const format = useFormat();
  const why = useWhy();
  const steps = [{ state: "asked", reason: null, code: null, told_at: it.asked_at }, ...it.moves];
  return (
    <Card title={t("delivery.way")} flush>
      <ol>
        {steps.map((each, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a history only grows at its end
          <li key={place} className="border-t border-line px-4 py-2.5 first:border-t-0">
            <p className="flex flex-wrap justify-between gap-x-4">
              <span className="font-medium">{t(`deliveryState.${each.state}`)}</span>
              <span className="text-muted">{format.instant(each.told_at)}</span>
            </p>
            {each.reason && <p className="break-words">{why(each)}</p>}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Legs({ it }: { it: DeliveryDetails }) {
  const { t } = useTranslation();
  const why = useWhy();
  return (
    <Card title={t("delivery.legs")} flush>
      <ol>
        {it.legs.map((leg) => (
          <li
            key={leg.id}
            aria-current={leg.id === it.id || undefined}
            className="border-t border-line px-4 py-2.5 first:border-t-0 aria-[current=true]:bg-sunken"
          >
            <p className="flex flex-wrap items-center gap-2">
              {leg.id === it.id ? (
                <span className="font-medium">{t(`message.${leg.channel}`)}</span>
              ) : (
                <Link
                  to="/messages/deliveries/$messageId"
                  params={{ messageId: leg.id }}
                  className="font-medium text-accent hover:underline"
                >
                  {t(`message.${leg.channel}`)}
                </Link>
              )}
              <StateBadge of={leg.state} />
            </p>
            {leg.reason && <p className="break-words">{why(leg)}</p>}
          </li>
        ))}
      </ol>
    </Card>
  );
}
