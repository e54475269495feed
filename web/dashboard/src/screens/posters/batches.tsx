import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useMay, useMerchant } from "../../api/program";
import { GETS } from "../../api/queries";
import { useFormat } from "../../i18n/format";
import { chosenFrom } from "../../i18n/languages";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select, TextField } from "../../ui/field";
import { warn } from "../../ui/notice";
import { Empty, Failed, Loading, Refused } from "../../ui/states";
import { Table } from "../../ui/table";
import { batchesQuery, batchFile, type CardBatch, keep } from "./data";

const AT_MOST = 200;

interface Props {
  programs: Schemas["CardProgramView"][];
}

/** Cards of paper: what was printed, and how many of them are somebody's. */
export function Batches({ programs }: Props) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const query = useQuery(batchesQuery);
  const [making, setMaking] = useState(false);
  return (
    <Card title={t("posters.batches")} flush>
      <p className="px-4 pb-3 text-muted">{t("posters.batchesText")}</p>
      {query.isPending ? (
        <Loading />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : query.data.length > 0 ? (
        <List batches={query.data} programs={programs} />
      ) : (
        <Empty title={t("posters.noBatches")} />
      )}
      {mayWrite && programs.length > 0 && (
        <div className="border-t border-line p-4">
          <Button onClick={() => setMaking(true)}>{t("posters.newBatch")}</Button>
        </div>
      )}
      {making && <NewBatch programs={programs} onClose={() => setMaking(false)} />}
    </Card>
  );
}

function List({ batches, programs }: Props & { batches: CardBatch[] }) {
  const { t } = useTranslation();
  const { number, date } = useFormat();
  const problem = useProblemText();
  const locale = chosenFrom([useMerchant()?.locale ?? "en"]);
  const getting = useMutation({
    meta: GETS,
    mutationFn: (batch: CardBatch) => batchFile(batch.id, locale),
    onSuccess: (file, batch) => keep(file, `cards-${batch.made_at.slice(0, 10)}.pdf`),
    onError: (error) => warn(problem(error)),
  });
  const nameOf = ({ card_program_id }: CardBatch) =>
    programs.find(({ id }) => id === card_program_id)?.terms.name ?? "–";
  return (
    <Table
      label={t("posters.batches")}
      rows={batches}
      keyOf={({ id }) => id}
      columns={[
        {
          title: t("posters.card"),
          cell: (batch) => (
            <span className="flex flex-col">
              <bdi className="font-medium">{nameOf(batch)}</bdi>
              <span className="text-muted">{date(batch.made_at)}</span>
            </span>
          ),
        },
        {
          title: t("posters.used"),
          end: true,
          cell: ({ bound, count }) =>
            t("posters.usedOf", { bound: number(bound), printed: number(count) }),
        },
        {
          title: t("posters.sheet"),
          end: true,
          cell: (batch) => (
            <Button busy={getting.isPending} onClick={() => getting.mutate(batch)}>
              {t("posters.download")}
            </Button>
          ),
        },
      ]}
    />
  );
}

function NewBatch({ programs, onClose }: Props & { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [program, setProgram] = useState(programs[0]?.id ?? "");
  const [count, setCount] = useState("50");
  const making = useMutation({
    mutationFn: () =>
      read(
        api.POST("/v1/api/card-batches", {
          body: { card_program_id: program, count: Number(count) },
        }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: batchesQuery.queryKey });
      onClose();
    },
  });
  return (
    <Dialog open title={t("posters.newBatch")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          making.mutate();
        }}
      >
        <Refused error={making.error} />
        <div className="flex flex-col gap-4">
          <Select
            label={t("posters.card")}
            value={program}
            options={programs.map(({ id, terms }) => [id, terms.name] as const)}
            onValue={setProgram}
          />
          <TextField
            label={t("posters.count")}
            type="number"
            required
            min={1}
            max={AT_MOST}
            value={count}
            onChange={(event) => setCount(event.target.value)}
          />
        </div>
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={making.isPending}>
            {t("posters.newBatch")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
