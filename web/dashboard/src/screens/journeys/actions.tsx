import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { tell, warn } from "../../ui/notice";
import { Refused } from "../../ui/states";
import { estimateQuery, type Journey, journeyQuery, turnJourney, type Verb } from "./data";
import { Summary } from "./estimate";

/** What can be done with a journey where it is in its life. Whatever can't be taken back is asked
 * about first. */
export function Actions({ journey }: { journey: Journey }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const [asked, setAsked] = useState<"start" | "end" | null>(null);
  const turning = useTurning(journey.id);
  const { state } = journey;
  if (!mayWrite || state === "ended") return null;
  const turn = (verb: Verb) => turning.mutate({ verb });
  return (
    <>
      {state === "draft" ? (
        <Button kind="primary" onClick={() => setAsked("start")}>
          {t("experiment.start")}
        </Button>
      ) : (
        <>
          <Button onClick={() => setAsked("end")}>{t("campaign.end")}</Button>
          {state === "active" ? (
            <Button busy={turning.isPending} onClick={() => turn("pause")}>
              {t("campaign.pause")}
            </Button>
          ) : (
            <Button kind="primary" busy={turning.isPending} onClick={() => turn("resume")}>
              {t("campaign.resume")}
            </Button>
          )}
        </>
      )}
      {asked && <Sure journey={journey} verb={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

const TOLD = {
  start: "journey.runs",
  resume: "journey.runs",
  pause: "journey.pausedNow",
  end: "campaign.endedNow",
} as const;
const BACK: Partial<Record<Verb, Verb>> = { pause: "resume", resume: "pause" };

/** Turns a journey on or off; a pause and its end can be taken back where they are told. */
function useTurning(id: string, quiet = false) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const text = useProblemText();
  const turning = useMutation({
    mutationFn: ({ verb }: { verb: Verb; back?: boolean }) => turnJourney(id, verb),
    onSuccess: (saved, { verb, back }) => {
      queries.setQueryData(journeyQuery(id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ["journeys"] });
      const undoing = BACK[verb];
      if (back || !undoing) return tell(t(back ? "adjust.undone" : TOLD[verb]));
      tell(t(TOLD[verb]), () => turning.mutate({ verb: undoing, back: true }));
    },
    onError: (error) => {
      if (!quiet) warn(text(error));
    },
  });
  return turning;
}

interface Props {
  journey: Journey;
  verb: "start" | "end";
  onClose: () => void;
}

function Sure({ journey, verb, onClose }: Props) {
  const { t } = useTranslation();
  const turning = useTurning(journey.id, true);
  const said = verb === "start" ? "experiment.start" : "campaign.end";
  return (
    <Dialog open title={t(said)} text={t(`journey.${verb}Text`)} onClose={onClose}>
      {verb === "start" && <Foreseen journey={journey} />}
      <Refused error={turning.error} />
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button
          kind={verb === "start" ? "primary" : "danger"}
          busy={turning.isPending}
          onClick={() => turning.mutate({ verb }, { onSuccess: onClose })}
        >
          {t(said)}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Foreseen({ journey }: { journey: Journey }) {
  const estimate = useQuery(estimateQuery(journey)).data;
  if (!estimate) return null;
  return (
    <div className="mb-4">
      <Summary estimate={estimate} />
    </div>
  );
}
