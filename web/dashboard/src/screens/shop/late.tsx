import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Empty } from "../../ui/states";
import { type Late, lateQuery } from "./data";
import { useDays } from "./days-long";

/** Who is late by their own rhythm, the latest to be late first. */
export function LateGuests({ store }: { store: string | undefined }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(lateQuery(store));
  return (
    <Card flush title={t("shop.late")}>
      <p className="px-4 pb-2 text-muted">{t("shop.atRiskText")}</p>
      <Listing query={query} empty={<Empty title={t("shop.noneLate")} />}>
        {(guests) => (
          <ul>
            {guests.map((guest) => (
              <Line key={guest.customer_id} guest={guest} />
            ))}
          </ul>
        )}
      </Listing>
    </Card>
  );
}

function Line({ guest }: { guest: Late }) {
  const { t } = useTranslation();
  const format = useFormat();
  const days = useDays();
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 border-t border-line px-4 py-2.5 hover:bg-sunken">
      <Link
        to="/customers/$customerId"
        params={{ customerId: guest.customer_id }}
        className="min-w-0 font-medium break-words text-accent hover:underline"
      >
        <bdi>{guest.name ?? t("customer.anonymous")}</bdi>
      </Link>
      <span className="text-xs text-muted">
        {t("shop.usual", { days: days(guest.gap_days) })} ·{" "}
        {t("shop.lastVisit", { when: format.ago(guest.last_at) })}
      </span>
    </li>
  );
}
