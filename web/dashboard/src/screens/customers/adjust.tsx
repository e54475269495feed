import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, onceKey, problemOf, read } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Checkbox, Select, TextField } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import { Refused } from "../../ui/states";
import type { Customer } from "./data";

interface Correction {
  amount: number;
  reason: string;
  mayOwe?: boolean;
  key: string;
}

interface Props {
  customer: Customer;
  onClose: () => void;
  /** What to begin with, when an earlier correction is taken back. */
  begin?: { amount: number; reason: string };
}

/** Give or take points by hand, with the reason that stays in the books; undo is one press away. */
export function Adjust({ customer, onClose, begin }: Props) {
  const { t } = useTranslation();
  const adjusting = useAdjust(customer);
  const [way, setWay] = useState<"give" | "take">(begin && begin.amount < 0 ? "take" : "give");
  const [mayOwe, setMayOwe] = useState(false);
  // The same press sent twice counts once; a changed form is another correction.
  const key = useRef(onceKey());
  const problem = adjusting.error && problemOf(adjusting.error);
  return (
    <Dialog open title={t("adjust.title")} onClose={onClose}>
      <Refused error={adjusting.error} />
      <form
        className="flex flex-col gap-4"
        onChange={() => {
          key.current = onceKey();
        }}
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const amount = Number(form.get("amount")) * (way === "give" ? 1 : -1);
          const reason = String(form.get("reason")).trim();
          adjusting.mutate({ amount, reason, mayOwe, key: key.current }, { onSuccess: onClose });
        }}
      >
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          <Select
            label={t("adjust.way")}
            value={way}
            options={[
              ["give", t("adjust.give")],
              ["take", t("adjust.take")],
            ]}
            onValue={setWay}
          />
          <TextField
            label={t("adjust.amount")}
            name="amount"
            type="number"
            inputMode="numeric"
            min={1}
            max={1_000_000_000}
            step={1}
            required
            defaultValue={begin && Math.abs(begin.amount)}
            error={problem?.fields?.amount}
          />
        </div>
        <TextField
          label={t("adjust.reason")}
          hint={t("adjust.reasonHint")}
          name="reason"
          required
          maxLength={500}
          pattern=".*\S.*"
          defaultValue={begin?.reason}
          error={problem?.fields?.reason}
        />
        {way === "take" && (
          <Checkbox label={t("adjust.mayOwe")} checked={mayOwe} onChange={setMayOwe} />
        )}
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={adjusting.isPending}>
            {t("action.save")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function useAdjust(customer: Customer) {
  const { t } = useTranslation();
  const format = useFormat();
  const problem = useProblemText();
  const queries = useQueryClient();
  const send = async ({ amount, reason, mayOwe, key }: Correction) => {
    const entry = await read(
      api.POST("/v1/api/points/adjust", {
        params: { header: { "Idempotency-Key": key } },
        body: {
          customer_id: customer.id,
          amount,
          reason,
          unit: "points",
          may_owe: mayOwe ?? false,
        },
      }),
    );
    await queries.invalidateQueries({ queryKey: ["customers"] });
    void queries.invalidateQueries({ queryKey: ["events"] });
    void queries.invalidateQueries({ queryKey: ["liability"] });
    return entry;
  };
  const undo = ({ amount, reason }: Correction) => {
    const opposite = { amount: -amount, reason: t("adjust.undoOf", { reason }), key: onceKey() };
    send(opposite).then(
      () => tell(t("adjust.undone")),
      (error: unknown) => warn(problem(error)),
    );
  };
  return useMutation({
    mutationFn: send,
    onSuccess: (_, correction) =>
      tell(t("adjust.done", { amount: format.change(correction.amount) }), () => undo(correction)),
  });
}
