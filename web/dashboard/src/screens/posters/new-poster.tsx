import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read, type Schemas } from "../../api/client";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select, TextField } from "../../ui/field";
import { Refused } from "../../ui/states";
import { settingsQuery } from "../counter/data";
import { sendersQuery } from "../senders/data";
import { type CheckBy, type Poster, postersQuery } from "./data";

interface Props {
  programs: Schemas["CardProgramView"][];
  onClose: () => void;
  onMade: (poster: Poster) => void;
}

/** A name, a card, where it hangs, and how guests show that a phone is theirs. */
export function NewPoster({ programs, onClose, onMade }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const senders = useQuery(sendersQuery).data ?? [];
  const [name, setName] = useState("");
  const [program, setProgram] = useState(programs[0]?.id ?? "");
  const stores = useQuery(settingsQuery).data?.places ?? [];
  const [chosen, setStore] = useState<string>();
  // Who has one store has all posters in it; of several, one has to be meant.
  const store = chosen ?? (stores.length === 1 ? stores[0]?.store_id : undefined) ?? "";
  const [check, setCheck] = useState<CheckBy | "">("");
  const carried = (["sms", "whatsapp"] as const).filter((channel) =>
    senders.some((each) => each.channel === channel),
  );
  const making = useMutation({
    mutationFn: () =>
      read(
        api.POST("/v1/api/posters", {
          body: {
            name,
            card_program_id: program,
            store_id: store || null,
            check_by: check || null,
          },
        }),
      ),
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: postersQuery.queryKey });
      onMade(made);
    },
  });
  const wrong = making.error ? problemOf(making.error).fields : undefined;
  return (
    <Dialog open title={t("posters.new")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          making.mutate();
        }}
      >
        {!wrong?.name && <Refused error={making.error} />}
        <div className="flex flex-col gap-4">
          <TextField
            label={t("posters.name")}
            hint={t("posters.nameHint")}
            required
            dir="auto"
            maxLength={60}
            value={name}
            error={wrong?.name}
            onChange={(event) => setName(event.target.value)}
          />
          <Select
            label={t("posters.card")}
            value={program}
            options={programs.map(({ id, terms }) => [id, terms.name] as const)}
            onValue={setProgram}
          />
          {stores.length > 0 && (
            <Select
              label={t("counter.store")}
              hint={t("posters.storeHint")}
              value={store}
              options={[
                ["", t("counter.noStore")] as const,
                ...stores.map(({ store_id, store_name }) => [store_id, store_name] as const),
              ]}
              onValue={setStore}
            />
          )}
          <Select
            label={t("posters.check")}
            hint={t("posters.checkHint")}
            value={check}
            options={[
              ["", t("posters.checkNone")] as const,
              ...carried.map((channel) => [channel, t(`posters.check_${channel}`)] as const),
            ]}
            onValue={setCheck}
          />
        </div>
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={making.isPending}>
            {t("posters.new")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
