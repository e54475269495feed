import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { Refused } from "../../ui/states";
import type { Referral } from "./data";
import { useDeciding } from "./deciding";

interface Props {
  referral: Referral;
  onDone: () => void;
  onClose: () => void;
}

export function Decline({ referral, onDone, onClose }: Props) {
  const { t } = useTranslation();
  const deciding = useDeciding();
  return (
    <Dialog open title={t("referral.decline")} text={t("referral.declineText")} onClose={onClose}>
      <Refused error={deciding.error} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const note = String(new FormData(event.currentTarget).get("note")).trim();
          const done = () => {
            onClose();
            onDone();
          };
          deciding.mutate({ referral, word: "reject", note }, { onSuccess: done });
        }}
      >
        <TextField
          label={t("adjust.reason")}
          hint={t("adjust.reasonHint")}
          name="note"
          required
          maxLength={500}
          pattern=".*\S.*"
        />
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={deciding.isPending}>
            {t("referral.decline")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
