import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Refused } from "../../ui/states";
import { useRetrying } from "./data";

interface Props {
  asked: Schemas["RetryMany"];
  /** Whether some of them may have arrived. */
  doubtful: boolean;
  onClose: () => void;
}

/** Asks before all that is listed goes out again. */
export function RetryAll({ asked, doubtful, onClose }: Props) {
  const { t } = useTranslation();
  const { many } = useRetrying();
  return (
    <Dialog open title={t("delivery.againAll")} text={t("delivery.againText")} onClose={onClose}>
      <Refused error={many.error} />
      {doubtful && (
        <p className="mb-4 rounded-lg bg-warn-soft px-3 py-2 text-warn">{t("delivery.twice")}</p>
      )}
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button
          kind="primary"
          busy={many.isPending}
          onClick={() => many.mutate(asked, { onSuccess: onClose })}
        >
          {t("delivery.againAll")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
