import { useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../../api/client";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select, TextField } from "../../ui/field";
import { Refused } from "../../ui/states";
import { CHANNELS, REASONS, useChannelName, useSuppressing } from "./data";

/** Lets an address get nothing from now on. */
export function Suppress({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const nameOf = useChannelName();
  const { suppressing } = useSuppressing();
  const [channel, setChannel] = useState<(typeof CHANNELS)[number]>("email");
  const [reason, setReason] = useState<(typeof REASONS)[number]>("unsubscribed");
  const problem = suppressing.error && problemOf(suppressing.error);
  return (
    <Dialog open title={t("consent.add")} onClose={onClose}>
      <Refused error={suppressing.error} />
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const address = String(new FormData(event.currentTarget).get("address")).trim();
          suppressing.mutate({ channel, address, reason }, { onSuccess: onClose });
        }}
      >
        <Select
          label={t("consent.channel")}
          value={channel}
          options={CHANNELS.map((it) => [it, nameOf(it)] as const)}
          onValue={setChannel}
        />
        <TextField
          label={t("consent.address")}
          name="address"
          dir="ltr"
          required
          maxLength={320}
          error={problem?.fields?.address}
        />
        <Select
          label={t("consent.reason")}
          value={reason}
          options={REASONS.map((it) => [it, t(`consent.${it}`)] as const)}
          onValue={setReason}
        />
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={suppressing.isPending}>
            {t("action.save")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
