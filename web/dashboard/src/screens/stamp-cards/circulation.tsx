import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Failed, Loading } from "../../ui/states";
import { circulationQuery, type Terms } from "./data";

interface Props {
  programId: string;
  terms: Terms;
  busy: boolean;
  onSave: () => void;
  onClose: () => void;
}

/** Which cards a change reaches at once and which when they are full, before it is saved. */
export function Circulation({ programId, terms, busy, onSave, onClose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery(circulationQuery(programId, terms));
  return (
    <Dialog open title={t("stampCard.circulation")} onClose={onClose}>
      {query.isPending && <Loading lines={2} />}
      {query.isError && <Failed error={query.error} onRetry={() => query.refetch()} />}
      {query.data && (
        <ul className="flex flex-col gap-2">
          <li>{t("stampCard.atOnce", { shown: format.number(query.data.at_once) })}</li>
          {query.data.next_round > 0 && (
            <li>{t("stampCard.nextRound", { shown: format.number(query.data.next_round) })}</li>
          )}
          {query.data.improves && <li className="text-muted">{t("stampCard.improves")}</li>}
        </ul>
      )}
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" disabled={!query.isSuccess} busy={busy} onClick={onSave}>
          {t("action.save")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
