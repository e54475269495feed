import { useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../../api/client";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select, TextArea, TextField } from "../../ui/field";
import { Refused } from "../../ui/states";
import { CHANNELS, type Channel, type NewConsent, useChannelName, useRecording } from "./data";

const PURPOSES = ["outreach", "transactional"] as const;
const IN_ALL = ["rfm_tracking", "referrals"] as const;

interface Props {
  customerId: string;
  onClose: () => void;
}

/** Writes down what a customer has said, with what proves it. */
export function Record({ customerId, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const nameOf = useChannelName();
  const recording = useRecording(customerId);
  const [what, setWhat] = useState("outreach email");
  const [says, setSays] = useState<"granted" | "withdrawn">("granted");
  const problem = recording.error && problemOf(recording.error);
  const choices = [
    ...PURPOSES.flatMap((purpose) =>
      CHANNELS.map((it) => [`${purpose} ${it}`, `${t(`consent.${purpose}`)} · ${nameOf(it)}`]),
    ),
    ...IN_ALL.map((it) => [it, t(`consent.${it}`)]),
  ] as [string, string][];
  const [purpose, channel] = what.split(" ") as [NewConsent["purpose"], Channel | undefined];
  const needsWords = says === "granted" && purpose === "outreach";
  return (
    <Dialog open title={t("consent.record")} onClose={onClose}>
      <Refused error={recording.error} />
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const words = String(form.get("words")).trim() || null;
          const place = String(form.get("place")).trim() || null;
          const language = words && i18n.language;
          recording.mutate(
            {
              ...{ purpose, channel: channel ?? null, granted: says === "granted" },
              ...{ way: "staff", words, language, place },
            },
            { onSuccess: onClose },
          );
        }}
      >
        <Select label={t("consent.what")} value={what} options={choices} onValue={setWhat} />
        <Select
          label={t("consent.says")}
          value={says}
          options={[
            ["granted", t("consent.granted")],
            ["withdrawn", t("consent.withdrawn")],
          ]}
          onValue={setSays}
        />
        <TextArea
          label={t("consent.words")}
          hint={t("consent.wordsHint")}
          name="words"
          rows={3}
          required={needsWords}
          maxLength={2000}
          error={problem?.fields?.words}
        />
        <TextField label={t("consent.place")} name="place" maxLength={200} />
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={recording.isPending}>
            {t("action.save")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
