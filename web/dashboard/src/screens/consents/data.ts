import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useProblemText } from "../../i18n/problems";
import { paged } from "../../ui/listing";
import { tell, warn } from "../../ui/notice";

export type Suppression = Schemas["SuppressionView"];
export type Channel = Suppression["channel"];
export type Settings = Schemas["ConsentSettings"];
export type Agreed = Schemas["AgreedView"];
export type Line = Schemas["ConsentView"];
export type NewConsent = Schemas["NewConsent"];
export type Preferences = Schemas["PreferencesBody"];
type Reason = Suppression["reason"];

export const CHANNELS = ["email", "sms", "whatsapp", "push"] as const;
export const REASONS = ["bounced", "invalid", "complained", "stopped", "unsubscribed"] as const;

/** Which view of the screen, and what its list is narrowed by. */
export interface Wanted {
  view?: "addresses";
  channel?: Channel;
  reason?: Reason;
  address?: string;
}

const NAMES = { sms: "SMS", whatsapp: "WhatsApp", push: "Push" } as const;

/** What a channel is called. Most are called the same everywhere. */
export function useChannelName(): (channel: Channel) => string {
  const { t } = useTranslation();
  return (channel) => (channel === "email" ? t("customer.email") : NAMES[channel]);
}

const SUPPRESSIONS = ["suppressions"];

export function suppressionsQuery({ channel, reason, address }: Wanted) {
  return infiniteQueryOptions({
    queryKey: [...SUPPRESSIONS, channel, reason, address],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/suppressions", {
          params: {
            query: {
              ...(channel && { channel }),
              ...(reason && { reason }),
              ...(address && { address }),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
        }),
      ),
    ...paged,
  });
}

/** Let an address get nothing, or messages again; what was lifted can be put back. */
export function useSuppressing() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: SUPPRESSIONS });
  const suppressing = useMutation({
    mutationFn: async (body: Schemas["NewSuppression"]) => {
      await read(api.POST("/v1/api/suppressions", { body }));
      await refresh();
    },
    onSuccess: () => tell(t("consent.recorded")),
  });
  const lifting = useMutation({
    mutationFn: async ({ id }: Suppression) => {
      const params = { path: { suppression_id: id } };
      await read(api.DELETE("/v1/api/suppressions/{suppression_id}", { params }));
      await refresh();
    },
    onSuccess: (_, { channel, address, reason }) =>
      tell(
        t("consent.lifted"),
        address ? () => suppressing.mutate({ channel, address, reason }) : undefined,
      ),
    onError: (error) => warn(problem(error)),
  });
  return { suppressing, lifting };
}

export const settingsQuery = queryOptions({
  queryKey: ["consent-settings"],
  queryFn: () => read(api.GET("/v1/api/consent-settings")),
});

export function consentsQuery(customerId: string) {
  return queryOptions({
    queryKey: ["customers", customerId, "consents"],
    queryFn: () =>
      read(
        api.GET("/v1/api/customers/{customer_id}/consents", {
          params: { path: { customer_id: customerId } },
        }),
      ),
  });
}

export function preferencesQuery(customerId: string) {
  return queryOptions({
    queryKey: ["customers", customerId, "preferences"],
    queryFn: () =>
      read(
        api.GET("/v1/api/customers/{customer_id}/preferences", {
          params: { path: { customer_id: customerId } },
        }),
      ),
  });
}

export function useRecording(customerId: string) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (body: NewConsent) => {
      const params = { path: { customer_id: customerId } };
      await read(api.POST("/v1/api/customers/{customer_id}/consents", { params, body }));
      await queries.invalidateQueries(consentsQuery(customerId));
    },
    onSuccess: () => tell(t("consent.recorded")),
  });
}

export function usePreferring(customerId: string, before: Preferences) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const preferring = useMutation({
    mutationFn: async (body: Preferences) => {
      const params = { path: { customer_id: customerId } };
      await read(api.PUT("/v1/api/customers/{customer_id}/preferences", { params, body }));
      await queries.invalidateQueries(preferencesQuery(customerId));
    },
    onSuccess: (_, saved) =>
      tell(t("consent.recorded"), saved === before ? undefined : () => preferring.mutate(before)),
    onError: (error) => warn(problem(error)),
  });
  return preferring;
}
