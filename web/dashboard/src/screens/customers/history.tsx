import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Listing } from "../../ui/listing";
import { tell } from "../../ui/notice";
import { Empty, Failed, Loading, Refused } from "../../ui/states";
import { type Event, eventsQuery } from "../activity/data";
import { EventList } from "../activity/event-list";
import type { Customer } from "./data";
import { unmerge } from "./merge";

/** What happened to a customer; a merge that still stands can be undone here. */
export function History({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(eventsQuery({ customer: customer.id }));
  const mayMerge = useMay("customers:write");
  const [undoing, setUndoing] = useState<string | null>(null);
  return (
    <>
      <Listing query={query} empty={<Empty title={t("activity.empty")} />}>
        {(events) => (
          <>
            {mayMerge && standing(events).length > 0 && (
              <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line bg-sunken px-4 py-3">
                <span>{t("merge.happened")}</span>
                {standing(events).map((mergeId) => (
                  <Button key={mergeId} onClick={() => setUndoing(mergeId)}>
                    {t("merge.undo")}
                  </Button>
                ))}
              </div>
            )}
            <EventList events={events} ofCustomer />
          </>
        )}
      </Listing>
      {undoing && (
        <Unmerge customer={customer} mergeId={undoing} onClose={() => setUndoing(null)} />
      )}
    </>
  );
}

/** Merges that have not been undone, the latest first. */
function standing(events: Event[]): string[] {
  const ids = (type: string) =>
    events.filter((event) => event.type === type).map((event) => String(event.data.merge_id));
  const undone = new Set(ids("customer.unmerged"));
  return ids("customer.merged").filter((id) => !undone.has(id));
}

interface UnmergeProps {
  customer: Customer;
  mergeId: string;
  onClose: () => void;
}

function Unmerge({ customer, mergeId, onClose }: UnmergeProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const params = { path: { customer_id: customer.id }, query: { merge_id: mergeId } };
  const preview = useQuery({
    queryKey: ["unmerge", customer.id, mergeId],
    queryFn: () => read(api.GET("/v1/api/customers/{customer_id}/unmerge", { params })),
    gcTime: 0,
  });
  const undoing = useMutation({
    mutationFn: () => unmerge(customer.id, mergeId),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["customers"] });
      void queries.invalidateQueries({ queryKey: ["events"] });
      tell(t("adjust.undone"));
      onClose();
    },
  });
  return (
    <Dialog open title={t("merge.undo")} text={t("merge.undoText")} onClose={onClose}>
      <Refused error={undoing.error} />
      {preview.isPending && <Loading lines={2} />}
      {preview.isError && <Failed error={preview.error} onRetry={() => preview.refetch()} />}
      <ul className="flex flex-col gap-1">
        {preview.data?.items.map((each) => (
          <li key={each.unit}>
            {t("merge.returns", {
              back: format.amount(each.given_back, each.unit),
              over: format.number(each.came_over),
            })}
          </li>
        ))}
      </ul>
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button
          kind="danger"
          disabled={!preview.isSuccess}
          busy={undoing.isPending}
          onClick={() => undoing.mutate()}
        >
          {t("merge.undo")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
