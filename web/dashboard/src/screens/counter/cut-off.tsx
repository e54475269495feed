import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMerchant } from "../../api/program";
import { instantOf, wallTime } from "../../i18n/wall-time";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Switch, TextField } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Refused } from "../../ui/states";
import { COUNTER, type Stamper } from "./data";

interface Props {
  stamper: Stamper;
  onClose: () => void;
}

/** Ends a device; a lost one from an instant that the owner names. */
export function CutOff({ stamper, onClose }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const zone = useMerchant()?.time_zone ?? "UTC";
  const [lost, setLost] = useState(false);
  const [since, setSince] = useState(() => wallTime(new Date().toISOString(), zone));
  const ending = useMutation({
    mutationFn: () =>
      read(
        api.POST("/v1/api/stampers/{stamper_id}/revoke", {
          params: { path: { stamper_id: stamper.id } },
          body: { lost_at: lost && since ? instantOf(since, zone) : null },
        }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: COUNTER });
      tell(t("counter.isCutOff", { name: stamper.name }));
      onClose();
    },
  });
  return (
    <Dialog
      open
      title={`${t("counter.cutOff")}: ${stamper.name}`}
      text={t("counter.cutOffText")}
      onClose={onClose}
    >
      <Refused error={ending.error} />
      <div className="flex flex-col gap-4">
        <Switch
          label={t("counter.lost")}
          hint={t("counter.lostHint")}
          on={lost}
          onChange={setLost}
        />
        {lost && (
          <TextField
            label={t("counter.lostSince")}
            type="datetime-local"
            value={since}
            onChange={(event) => setSince(event.target.value)}
          />
        )}
      </div>
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="danger" busy={ending.isPending} onClick={() => ending.mutate()}>
          {t("counter.cutOff")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
