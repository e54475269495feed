import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Listing } from "../../ui/listing";
import { Empty } from "../../ui/states";
import { deliveriesQuery } from "./data";
import { Rows } from "./rows";

/** What one customer was told, and what became of it. */
export function MessagesOf({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(deliveriesQuery({ customer_id: customerId }));
  return (
    <Listing query={query} empty={<Empty title={t("delivery.none")} />}>
      {(deliveries) => <Rows deliveries={deliveries} />}
    </Listing>
  );
}
