import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import type { Customer } from "../customers/data";
import { useNameOf } from "../customers/name";
import { type Delivery, useRetrying } from "./data";
import { Further, StateBadge, useWhy } from "./state";

interface Props {
  deliveries: Delivery[];
  /** Whom they were for; not said where all are for one. */
  customers?: Map<string, Customer> | undefined;
}

/** Messages under each other, each with how it stands, and why. */
export function Rows({ deliveries, customers }: Props) {
  return (
    <ul>
      {deliveries.map((each) => (
        <Row key={each.id} it={each} customers={customers} />
      ))}
    </ul>
  );
}

function Row({ it, customers }: { it: Delivery; customers: Props["customers"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useNameOf();
  const why = useWhy()(it);
  const { one } = useRetrying();
  const mayRetry = useMay("customers:write");
  const customer = customers?.get(it.customer_id ?? "");
  const what = t(`occasion.${it.occasion}`);
  const where = [t(`message.${it.channel}`), it.to].filter(Boolean).join(" ");
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line px-4 py-3 first:border-t-0">
      <div className="flex min-w-0 flex-1 basis-56 flex-col gap-1">
        <p className="flex flex-wrap items-center gap-2">
          <Link
            to="/messages/deliveries/$messageId"
            params={{ messageId: it.id }}
            className="font-medium break-words hover:underline"
          >
            {what}
          </Link>
          <StateBadge of={it.state} />
          <Further of={it} />
        </p>
        {why && <p className="break-words">{why}</p>}
        {it.state === "in_doubt" && <p className="text-muted">{t("delivery.doubt")}</p>}
        {it.went_on_by && (
          <p className="text-muted">
            {t("delivery.wentOn", { channel: t(`message.${it.went_on_by}`) })}
          </p>
        )}
        {it.fallback_of && <p className="text-muted">{t("delivery.standsIn")}</p>}
        <p className="text-xs break-words text-muted">
          {customer && (
            <>
              <bdi>{nameOf(customer)}</bdi> ·{" "}
            </>
          )}
          {it.customer_id === null && <>{t("order.nobody")} · </>}
          {t(`message.${it.channel}`)} {it.to && <bdi dir="ltr">{it.to}</bdi>} ·{" "}
          {format.instant(it.asked_at)}
        </p>
      </div>
      {mayRetry && it.can_be_retried && (
        <Button
          aria-label={`${t("delivery.again")}: ${what}, ${where}`}
          busy={one.isPending}
          onClick={() => one.mutate(it.id)}
        >
          {t("delivery.again")}
        </Button>
      )}
    </li>
  );
}
