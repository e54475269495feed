import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, onceKey, problemOf, read, type Schemas } from "../../api/client";
import { useMerchant } from "../../api/program";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select, TextField } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import { Refused } from "../../ui/states";
import type { HeldCard, Program } from "./data";
import { MONEY } from "./fields";
import { undoStamp } from "./stampings";

type Kind = "visit" | "extra";

interface Props {
  card: HeldCard;
  program: Program;
  onClose: () => void;
}

/** Stamp a card by hand: so many stamps, or what a purchase is worth. */
export function Give({ card, program: { terms }, onClose }: Props) {
  const { t } = useTranslation();
  const currency = useMerchant()?.currency ?? "";
  const giving = useGive();
  const [kind, setKind] = useState<Kind>("visit");
  // The same press sent twice counts once; a changed form is another stamp.
  const key = useRef(onceKey());
  const fields = giving.error ? problemOf(giving.error).fields : undefined;
  const bought = terms.per_amount !== null && kind === "visit";
  return (
    <Dialog open title={t("stampCard.give")} text={card.name} onClose={onClose}>
      <Refused error={giving.error} />
      <form
        className="flex flex-col gap-4"
        onChange={() => {
          key.current = onceKey();
        }}
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const body = {
            card_id: card.id,
            kind,
            count: bought ? null : Number(form.get("count")),
            purchase: bought ? String(form.get("purchase")).replace(",", ".") : null,
            confirmed: false,
          };
          giving.mutate({ body, key: key.current }, { onSuccess: onClose });
        }}
      >
        <Select
          label={t("stampCard.for")}
          value={kind}
          options={[
            ["visit", t("stampKind.visit")],
            ["extra", t("stampKind.extra")],
          ]}
          onValue={setKind}
        />
        {bought ? (
          <TextField
            label={t("stampCard.purchase", { currency })}
            name="purchase"
            inputMode="decimal"
            required
            pattern={MONEY.replace(".", ".,")}
            error={fields?.purchase}
          />
        ) : (
          <TextField
            label={t("stampCard.stamps")}
            name="count"
            type="number"
            min={1}
            max={terms.most_at_once}
            required
            defaultValue={1}
            error={fields?.count}
          />
        )}
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={giving.isPending}>
            {t("stampCard.give")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

interface Giving {
  body: Schemas["NewStamp"];
  key: string;
}

function useGive() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ["cards"] });
  return useMutation({
    mutationFn: ({ body, key }: Giving) =>
      read(api.POST("/v1/api/stamps", { params: { header: { "Idempotency-Key": key } }, body })),
    onSuccess: async (stamped) => {
      await again();
      tell(t("stampCard.given"), () => {
        undoStamp(stamped.stamp_id, t("action.undo")).then(
          () => {
            void again();
            tell(t("adjust.undone"));
          },
          (error: unknown) => warn(problem(error)),
        );
      });
    },
  });
}
