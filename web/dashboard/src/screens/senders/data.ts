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
