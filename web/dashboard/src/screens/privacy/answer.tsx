import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { TextArea } from "../../ui/field";
import { Refused } from "../../ui/states";
import { type PrivacyRequest, useAnswering } from "./data";

interface Props {
  request: PrivacyRequest;
  onClose: () => void;
}

/** Says what was done; the customer reads it. */
export function Answer({ request, onClose }: Props) {
  const { t } = useTranslation();
  const { answering } = useAnswering();
  return (
    <Dialog open title={t(`privacy.${request.kind}`)} text={request.note ?? ""} onClose={onClose}>
      <Refused error={answering.error} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const note = String(new FormData(event.currentTarget).get("note")).trim();
          if (note) answering.mutate({ id: request.id, note }, { onSuccess: onClose });
        }}
      >
        <TextArea
          label={t("privacy.what")}
          hint={t("privacy.whatHint")}
          name="note"
          rows={5}
          required
          maxLength={2000}
        />
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={answering.isPending}>
            {t("privacy.answer")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
