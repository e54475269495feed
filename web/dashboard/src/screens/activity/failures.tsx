import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Listing, paged } from "../../ui/listing";
import { tell, warn } from "../../ui/notice";
import { Empty } from "../../ui/states";

type Failure = Schemas["EventFailureOut"];

/** Events that a part of the house could not handle: kept, and handed to it again on demand. */
export function Failures() {
  const { t } = useTranslation();
  const format = useFormat();
  const problem = useProblemText();
  const queries = useQueryClient();
  const mayRetry = useMay("inbox:write");
  const query = useInfiniteQuery({
    queryKey: ["failures"],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/events/failures", {
          params: { query: pageParam ? { cursor: pageParam } : {} },
        }),
      ),
    ...paged,
  });
  const retry = useMutation({
    mutationFn: ({ subscriber, event: { position } }: Failure) =>
      read(
        api.POST("/v1/api/events/failures/{subscriber}/{position}/retry", {
          params: { path: { subscriber, position } },
        }),
      ),
    onSuccess: async ({ handled }) => {
      if (handled) tell(t("activity.handled"));
      else warn(t("activity.failedAgain"));
      await queries.invalidateQueries({ queryKey: ["failures"] });
    },
    onError: (error) => warn(problem(error)),
  });
  return (
    <Listing query={query} empty={<Empty title={t("home.calm")} />}>
      {(failures) => (
        <ul>
          {failures.map((each) => (
            <li
              key={`${each.subscriber}-${each.event.position}`}
              className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-3 first:border-0"
            >
              <div className="min-w-0 flex-1 basis-56">
                <p className="font-medium">
                  {each.event.type} → {each.subscriber}
                </p>
                <p className="break-words">{each.detail}</p>
                <p className="text-xs text-muted">
                  {format.instant(each.failed_at)} · {each.code}
                </p>
              </div>
              {mayRetry && (
                <Button
                  busy={retry.isPending && retry.variables === each}
                  onClick={() => retry.mutate(each)}
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
