import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useProblemText } from "../../i18n/problems";
import { paged } from "../../ui/listing";
import { tell, warn } from "../../ui/notice";

export type PrivacyRequest = Schemas["RequestView"];

export const PRIVACY = ["privacy-requests"];

export function requestsQuery(standing: "open" | "answered") {
  return infiniteQueryOptions({
    queryKey: [...PRIVACY, standing],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/privacy-requests", {
          params: { query: { standing, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    ...paged,
  });
}

/** Say what was done about a request, and take that back. */
export function useAnswering() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: PRIVACY });
  const reopening = useMutation({
    mutationFn: async (id: string) => {
      const params = { path: { request_id: id } };
      await read(api.POST("/v1/api/privacy-requests/{request_id}/reopen", { params }));
      await refresh();
    },
    onSuccess: () => tell(t("privacy.reopened")),
    onError: (error) => warn(problem(error)),
  });
  const answering = useMutation({
    mutationFn: async ({ id, note }: { id: string; note: string }) => {
      const params = { path: { request_id: id } };
      const body = { note };
      await read(api.POST("/v1/api/privacy-requests/{request_id}/answer", { params, body }));
      await refresh();
    },
    onSuccess: (_, { id }) => tell(t("privacy.done"), () => reopening.mutate(id)),
  });
  return { answering, reopening };
}
