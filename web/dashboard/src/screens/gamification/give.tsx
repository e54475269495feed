import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../../api/client";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select, TextField } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import { Refused } from "../../ui/states";
import { useByHand } from "./by-hand";
import type { Badge } from "./data";
import { useBadgeName } from "./words";

interface Props {
  customerId: string;
  /** Those that can be given, at least one. */
  badges: Badge[];
  onClose: () => void;
}

/** A badge for somebody whatever they have bought, with the reason for it. */
export function Give({ customerId, badges, onClose }: Props) {
  const { t } = useTranslation();
  const text = useProblemText();
  const nameOf = useBadgeName();
  const { give, take } = useByHand();
  // What can only be given comes first to mind.
  const [badge, setBadge] = useState(
    () => (badges.find(({ goal }) => goal === null) ?? badges[0])?.key ?? "",
  );
  const giving = useMutation({
    mutationFn: (reason: string) => give({ customer_id: customerId, badge, reason }),
    onSuccess: () => {
      onClose();
      tell(t("game.given"), () => {
        take({ customer_id: customerId, badge }).then(
          () => tell(t("adjust.undone")),
          (error: unknown) => warn(text(error)),
        );
      });
    },
  });
  return (
    <Dialog open title={t("game.give")} text={t("game.giveText")} onClose={onClose}>
      <Refused error={giving.error} />
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          giving.mutate(String(new FormData(event.currentTarget).get("reason")).trim());
        }}
      >
        <Select
          label={t("game.badge")}
          value={badge}
          options={badges.map((each) => [each.key, nameOf(each)])}
          onValue={setBadge}
        />
        <TextField
          label={t("adjust.reason")}
          name="reason"
          required
          maxLength={500}
          pattern=".*\S.*"
          error={giving.error ? problemOf(giving.error).fields?.reason : undefined}
        />
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={giving.isPending}>
            {t("action.save")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
