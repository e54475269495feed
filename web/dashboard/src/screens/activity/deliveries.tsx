import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Listing, paged } from "../../ui/listing";
import { tell, warn } from "../../ui/notice";
import { Empty } from "../../ui/states";

/** What a shop told us and could not be applied: kept, and tried again on demand. */
export function Deliveries() {
  const { t } = useTranslation();
  const format = useFormat();
  const problem = useProblemText();
  const queries = useQueryClient();
  const mayRetry = useMay("inbox:write");
  const query = useInfiniteQuery({
    queryKey: ["deliveries", "dead"],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/inbox/deliveries", {
          params: { query: { state: "dead", ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    ...paged,
  });
  const retry = useMutation({
    mutationFn: (deliveryId: string) =>
      read(
        api.POST("/v1/api/inbox/deliveries/{delivery_id}/retry", {
          params: { path: { delivery_id: deliveryId } },
        }),
      ),
    onSuccess: async () => {
      tell(t("activity.retried"));
      await queries.invalidateQueries({ queryKey: ["deliveries"] });
    },
    onError: (error) => warn(problem(error)),
  });
  return (
    <Listing query={query} empty={<Empty title={t("home.calm")} />}>
      {(deliveries) => (
        <ul>
          {deliveries.map((each) => (
            <li
              key={each.id}
              className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-3 first:border-0"
            >
              <div className="min-w-0 flex-1 basis-56">
                <p className="font-medium">
                  {each.provider} · {each.topic}
                </p>
                <p className="break-words">{each.detail}</p>
                <p className="text-xs text-muted">
                  {format.instant(each.received_at)} · {each.code}
                </p>
              </div>
              {mayRetry && (
                <Button
                  busy={retry.isPending && retry.variables === each.id}
                  onClick={() => retry.mutate(each.id)}
                >
                  {t("action.retry")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Listing>
  );
}
