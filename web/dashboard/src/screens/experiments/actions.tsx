import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { Button, buttonClass } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { tell } from "../../ui/notice";
import { Refused } from "../../ui/states";
import {
  discardExperiment,
  type Experiment,
  endExperiment,
  experimentQuery,
  startExperiment,
} from "./data";

type Step = "start" | "end" | "discard";

/** What can be done with an experiment where it is in its life; none of it can be taken back. */
export function Actions({ experiment }: { experiment: Experiment }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const [asked, setAsked] = useState<Step | null>(null);
  const { id, state } = experiment;
  if (!mayWrite || state === "ended") return null;
  return (
    <>
      {state === "running" ? (
        <Button onClick={() => setAsked("end")}>{t("experiment.end")}</Button>
      ) : (
        <>
          <Button onClick={() => setAsked("discard")}>{t("experiment.discard")}</Button>
          <Link
            to="/experiments/$experimentId/edit"
            params={{ experimentId: id }}
            className={buttonClass()}
          >
            {t("experiment.edit")}
          </Link>
          <Button kind="primary" onClick={() => setAsked("start")}>
            {t("experiment.start")}
          </Button>
        </>
      )}
      {asked && <Sure experiment={experiment} step={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

interface Props {
  experiment: Experiment;
  step: Step;
  onClose: () => void;
}

function Sure({ experiment: { id }, step, onClose }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const taking = useMutation({
    mutationFn: async (): Promise<Experiment | null> => {
      if (step === "start") return startExperiment(id);
      if (step === "end") return endExperiment(id);
      await discardExperiment(id);
      return null;
    },
    onSuccess: async (saved) => {
      tell(saved ? t(`experimentState.${saved.state}`) : t("experiment.discarded"));
      if (saved) queries.setQueryData(experimentQuery(id).queryKey, saved);
      else await navigate({ to: "/experiments" });
      void queries.invalidateQueries({ queryKey: ["experiments"] });
      onClose();
    },
  });
  return (
    <Dialog
      open
      title={t(`experiment.${step}`)}
      text={t(`experiment.${step}Text`)}
      onClose={onClose}
    >
      <Refused error={taking.error} />
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button
          kind={step === "start" ? "primary" : "danger"}
          busy={taking.isPending}
          onClick={() => taking.mutate()}
        >
          {t(`experiment.${step}`)}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
