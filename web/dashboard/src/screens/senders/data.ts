import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useProblemText } from "../../i18n/problems";
import { tell, warn } from "../../ui/notice";

export type Sender = Schemas["SenderView"];
export type Provider = Schemas["ProviderView"];
export type NewSender = Schemas["NewSender"];

/** What providers are called, everywhere the same. */
export const PROVIDERS: Record<Sender["provider"], string> = {
  smtp: "SMTP",
  ses: "Amazon SES",
  klaviyo: "Klaviyo",
  mailchimp: "Mailchimp",
  postscript: "Postscript",
  twilio: "Twilio",
  meta: "Meta",
};

export const sendersQuery = queryOptions({
  queryKey: ["messages", "senders"],
  queryFn: async () => (await read(api.GET("/v1/api/notifications/senders"))).items,
});

export const providersQuery = queryOptions({
  queryKey: ["messages", "providers"],
  queryFn: async () => (await read(api.GET("/v1/api/notifications/providers"))).items,
});

export const testsQuery = queryOptions({
  queryKey: ["messages", "tests"],
  queryFn: async () => (await read(api.GET("/v1/api/notifications/tests"))).items,
});

/** Takes a sender away; nothing of its channel is sent then. */
export function useRemoving() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: Sender) =>
      read(
        api.DELETE("/v1/api/notifications/senders/{sender_id}", {
          params: { path: { sender_id: id } },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries(sendersQuery);
      tell(t("sender.removed"));
    },
  });
}

/** Lets a sender rest, or go on at once. */
export function useSwitching() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const switching = useMutation({
    mutationFn: ({ id, on }: { id: string; on: boolean }) => {
      const params = { path: { sender_id: id } };
      return read(
        on
          ? api.POST("/v1/api/notifications/senders/{sender_id}/resume", { params })
          : api.POST("/v1/api/notifications/senders/{sender_id}/pause", { params }),
      );
    },
    onSuccess: async (_, { id, on }) => {
      await queries.invalidateQueries(sendersQuery);
      tell(t(on ? "sender.resumed" : "sender.pausedNow"), () => switching.mutate({ id, on: !on }));
    },
    onError: (error) => warn(problem(error)),
  });
  return switching;
}
