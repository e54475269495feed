import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import { Failed, Loading, Refused } from "../../ui/states";
import { type Customer, pointsOf } from "./data";
import { Initial, useNameOf } from "./name";

/** Find who else this customer is, and bring the other's points and identities over. */
export function Merge({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const { t } = useTranslation();
  const nameOf = useNameOf();
  const [wanted, setWanted] = useState("");
  const [other, setOther] = useState<Customer | null>(null);
  const merging = useMerge();
  return (
    <Dialog
      open
      title={t("merge.title", { name: nameOf(customer) })}
      text={t("merge.text")}
      onClose={onClose}
    >
      <Refused error={merging.error} />
      <search>
        <form
          className="flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            setOther(null);
            setWanted(String(new FormData(event.currentTarget).get("q")).trim());
          }}
        >
          <TextField
            label={t("merge.other")}
            placeholder={t("customer.findHint")}
            name="q"
            type="search"
          />
          <Button type="submit" icon="search">
            <span className="sr-only">{t("customer.find")}</span>
          </Button>
        </form>
      </search>
      {wanted && <Hits q={wanted} butNot={customer.id} chosen={other} onChoose={setOther} />}
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button
          kind="primary"
          disabled={!other}
          busy={merging.isPending}
          onClick={() =>
            other && merging.mutate({ kept: customer.id, merged: other.id }, { onSuccess: onClose })
          }
        >
          {t("merge.action")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

interface HitsProps {
  q: string;
  butNot: string;
  chosen: Customer | null;
  onChoose: (customer: Customer) => void;
}

function Hits({ q, butNot, chosen, onChoose }: HitsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useNameOf();
  const found = useQuery({
    queryKey: ["customers", "hits", q],
    queryFn: () => read(api.GET("/v1/api/customers", { params: { query: { q, limit: 10 } } })),
  });
  if (found.isPending) return <Loading lines={2} />;
  if (found.isError) return <Failed error={found.error} onRetry={() => found.refetch()} />;
  const others = found.data.items.filter((each) => each.id !== butNot && !each.merged_into);
  if (others.length === 0) return <p className="py-4 text-muted">{t("customer.noHit", { q })}</p>;
  return (
    <fieldset className="mt-4 flex flex-col gap-1">
      <legend className="sr-only">{t("merge.other")}</legend>
      {others.map((each) => (
        <label
          key={each.id}
          className="flex items-center gap-3 rounded-lg p-2 shadow-card has-checked:bg-accent-soft"
        >
          <input
            type="radio"
            name="other"
            className="accent-accent"
            checked={chosen?.id === each.id}
            onChange={() => onChoose(each)}
          />
          <Initial name={nameOf(each)} />
          <span className="min-w-0 flex-1">
            <span className="block font-medium break-words">{nameOf(each)}</span>
            <span className="block text-xs break-words text-muted">{each.email ?? each.phone}</span>
          </span>
          <span className="tabular-nums">{format.number(pointsOf(each))}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Merge two customers; taking it back stays possible from the activity of the one that was kept. */
export function useMerge() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const refresh = async () => {
    await queries.invalidateQueries({ queryKey: ["customers"] });
    void queries.invalidateQueries({ queryKey: ["candidates"] });
    void queries.invalidateQueries({ queryKey: ["events"] });
  };
  return useMutation({
    mutationFn: async ({ kept, merged }: { kept: string; merged: string }) => {
      const merge = await read(
        api.POST("/v1/api/customers/{customer_id}/merge", {
          params: { path: { customer_id: kept } },
          body: { merged_id: merged },
        }),
      );
      await refresh();
      return merge;
    },
    onSuccess: ({ id }, { kept }) =>
      tell(t("merge.done"), () => {
        unmerge(kept, id).then(
          async () => {
            await refresh();
            tell(t("adjust.undone"));
          },
          (error: unknown) => warn(problem(error)),
        );
      }),
  });
}

export function unmerge(kept: string, mergeId: string) {
  return read(
    api.POST("/v1/api/customers/{customer_id}/unmerge", {
      params: { path: { customer_id: kept } },
      body: { merge_id: mergeId },
    }),
  );
}
