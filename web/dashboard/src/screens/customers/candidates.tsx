import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { warn } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading, Refused } from "../../ui/states";
import { candidatesQuery, customerQuery, pointsOf } from "./data";
import { useMerge } from "./merge";
import { Initial, useNameOf } from "./name";

/** Pairs of customers who may be the same person; a person decides. */
export function Candidates() {
  const { t } = useTranslation();
  const query = useQuery(candidatesQuery);
  return (
    <Page title={t("same.title")} subtitle={t("same.text")} back="/customers">
      {query.isPending ? (
        <Card>
          <Loading />
        </Card>
      ) : query.isError ? (
        <Card>
          <Failed error={query.error} onRetry={() => query.refetch()} />
        </Card>
      ) : query.data.items.length === 0 ? (
        <Card>
          <Empty title={t("same.none")} />
        </Card>
      ) : (
        <ul className="flex flex-col gap-4">
          {query.data.items.map((pair) => (
            <li key={`${pair.customer_id}-${pair.other_id}`}>
              <Pair pair={pair} />
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

function Pair({ pair }: { pair: Schemas["MergeCandidateView"] }) {
  const { t } = useTranslation();
  const [kept, setKept] = useState(pair.customer_id);
  const merging = useMerge();
  const mayMerge = useMay("customers:write");
  const problem = useProblemText();
  const queries = useQueryClient();
  const parting = useMutation({
    mutationFn: () => read(api.POST("/v1/api/merge-candidates/dismiss", { body: pair })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["candidates"] }),
    onError: (error) => warn(problem(error)),
  });
  const merged = kept === pair.customer_id ? pair.other_id : pair.customer_id;
  return (
    <Card>
      <Refused error={merging.error} />
      <fieldset className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        <legend className="mb-2 text-muted">{t("same.keep")}</legend>
        {[pair.customer_id, pair.other_id].map((id) => (
          <Side
            key={id}
            group={`${pair.customer_id}-${pair.other_id}`}
            id={id}
            chosen={kept === id}
            onChoose={() => setKept(id)}
          />
        ))}
      </fieldset>
      {mayMerge && (
        <div className="mt-4 flex flex-wrap justify-end gap-2">
          <Button busy={parting.isPending} onClick={() => parting.mutate()}>
            {t("same.apart")}
          </Button>
          <Button
            kind="primary"
            busy={merging.isPending}
            onClick={() => merging.mutate({ kept, merged })}
          >
            {t("merge.action")}
          </Button>
        </div>
      )}
    </Card>
  );
}

interface SideProps {
  id: string;
  group: string;
  chosen: boolean;
  onChoose: () => void;
}

function Side({ id, group, chosen, onChoose }: SideProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useNameOf();
  const query = useQuery(customerQuery(id));
  const customer = query.data;
  return (
    <div className="flex items-center gap-3 rounded-lg p-3 shadow-card has-checked:bg-accent-soft">
      <label className="flex min-w-0 flex-1 items-center gap-3">
        <input
          type="radio"
          name={group}
          className="accent-accent"
          checked={chosen}
          onChange={onChoose}
        />
        <Initial name={customer ? nameOf(customer) : ""} />
        <span className="min-w-0">
          <span className="block font-medium break-words">{customer ? nameOf(customer) : "…"}</span>
          <span className="block text-xs break-words text-muted">
            {[customer?.email, customer?.phone].filter(Boolean).join(" · ")}
          </span>
          {customer && (
            <span className="block text-xs text-muted">{format.amount(pointsOf(customer))}</span>
          )}
        </span>
      </label>
      <Link
        to="/customers/$customerId"
        params={{ customerId: id }}
        className="text-accent hover:underline"
      >
        {t("customer.open")}
      </Link>
    </div>
  );
}
