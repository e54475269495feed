import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { tell } from "../../ui/notice";
import { Refused } from "../../ui/states";
import { type Member, STAFF } from "./data";

/** Forgetting somebody who has left, which can't be undone. */
export function Erase({ member, onClose }: { member: Member; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const erasing = useMutation({
    mutationFn: () =>
      read(
        api.POST("/v1/api/staff/{staff_id}/erase", {
          params: { path: { staff_id: member.id } },
          body: { confirm: member.id },
        }),
      ),
    onSuccess: async () => {
      tell(t("staff.erased"));
      onClose();
      await queries.invalidateQueries({ queryKey: STAFF });
    },
  });
  return (
    <Dialog
      open
      title={`${t("staff.erase")}: ${member.name ?? member.email ?? ""}`}
      text={t("staff.eraseText")}
      onClose={onClose}
    >
      <Refused error={erasing.error} />
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="danger" busy={erasing.isPending} onClick={() => erasing.mutate()}>
          {t("staff.erase")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
