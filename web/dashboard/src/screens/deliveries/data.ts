import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { instantOf } from "../../i18n/wall-time";
import { paged } from "../../ui/listing";
import { tell, warn } from "../../ui/notice";
import { dayAfter } from "../activity/data";
import type { Filters, State } from "./routes";

export type Delivery = Schemas["DeliveryView"];
export type DeliveryDetails = Schemas["DeliveryDetails"];
type Asked = Schemas["RetryMany"];

/** What can be sent again. */
export const DEAD: readonly State[] = ["failed", "dropped", "in_doubt"];

/** The same as the server is asked; days are the merchant's. */
export function askedOf({ sender, customer, from, to, ...same }: Filters, zone: string): Asked {
  return {
    ...same,
    ...(sender && { sender_id: sender }),
    ...(customer && { customer_id: customer }),
    ...(from && { since: instantOf(`${from}T00:00`, zone) }),
    ...(to && { until: instantOf(`${dayAfter(to)}T00:00`, zone) }),
  };
}

const DELIVERIES = ["messages", "deliveries"];

export function deliveriesQuery(asked: Asked) {
  return infiniteQueryOptions({
    queryKey: [...DELIVERIES, asked],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/notifications/deliveries", {
          params: { query: { ...asked, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    ...paged,
  });
}

export function deliveryQuery(messageId: string) {
  return queryOptions({
    queryKey: [...DELIVERIES, "one", messageId],
    queryFn: () =>
      read(
        api.GET("/v1/api/notifications/deliveries/{message_id}", {
          params: { path: { message_id: messageId } },
        }),
      ),
  });
}

/** Sends one again, or all that these filters show and that can be. */
export function useRetrying() {
  const { t } = useTranslation();
  const format = useFormat();
  const problem = useProblemText();
  const queries = useQueryClient();
  const done = async (count: number) => {
    tell(t("delivery.retried", { count, shown: format.number(count) }));
    await queries.invalidateQueries({ queryKey: DELIVERIES });
  };
  const one = useMutation({
    mutationFn: (messageId: string) =>
      read(
        api.POST("/v1/api/notifications/deliveries/{message_id}/retry", {
          params: { path: { message_id: messageId } },
        }),
      ),
    onSuccess: () => done(1),
    onError: (error) => warn(problem(error)),
  });
  const many = useMutation({
    mutationFn: (body: Asked) => read(api.POST("/v1/api/notifications/deliveries/retry", { body })),
    onSuccess: ({ retried }) => done(retried),
  });
  return { one, many };
}
