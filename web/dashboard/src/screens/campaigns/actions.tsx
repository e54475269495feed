import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useProblemText } from "../../i18n/problems";
import { Button, buttonClass } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { tell, warn } from "../../ui/notice";
import { type Campaign, campaignQuery, type Rule, saveCampaign } from "./data";

/** What can be done with a campaign where it is in its life; most of it can be undone. */
export function Actions({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const [archiving, setArchiving] = useState(false);
  const become = useBecome();
  const { rule, phase } = campaign;
  if (!mayWrite || phase === "archived") return null;
  const begun = Date.parse(rule.starts_at) < Date.now();
  const to = (change: Partial<Rule>, told: string) =>
    become.mutate({ campaign, rule: { ...rule, ...change }, told });
  return (
    <>
      {(phase === "running" || phase === "scheduled" || phase === "used_up") && (
        <Button
          disabled={become.isPending}
          onClick={() => to({ state: "paused" }, t("campaign.pausedNow"))}
        >
          {t("campaign.pause")}
        </Button>
      )}
      {(phase === "paused" || phase === "draft") && (
        <Button
          disabled={become.isPending}
          onClick={() => to({ state: "active" }, t("campaign.runs"))}
        >
          {phase === "paused" ? t("campaign.resume") : t("campaign.start")}
        </Button>
      )}
      {begun && phase !== "ended" && phase !== "draft" ? (
        <Button
          disabled={become.isPending}
          onClick={() =>
            to({ state: "active", ends_at: new Date().toISOString() }, t("campaign.endedNow"))
          }
        >
          {t("campaign.end")}
        </Button>
      ) : (
        <Button onClick={() => setArchiving(true)}>{t("campaign.archive")}</Button>
      )}
      <Link
        to="/campaigns/$campaignId/edit"
        params={{ campaignId: campaign.id }}
        className={buttonClass("primary")}
      >
        {t("campaign.edit")}
      </Link>
      {archiving && <Archive campaign={campaign} onClose={() => setArchiving(false)} />}
    </>
  );
}

interface Becoming {
  campaign: Campaign;
  rule: Rule;
  told: string;
  /** It takes a change back, which is not offered to be taken back again. */
  final?: boolean;
}

function useBecome() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const text = useProblemText();
  const become = useMutation({
    mutationFn: ({ campaign, rule }: Becoming) => saveCampaign(campaign, rule),
    onSuccess: async (saved, { campaign, told, final }) => {
      queries.setQueryData(campaignQuery(saved.id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ["campaigns"] });
      if (final) return tell(told);
      tell(told, () =>
        become.mutate({
          campaign: saved,
          rule: campaign.rule,
          told: t("adjust.undone"),
          final: true,
        }),
      );
    },
    onError: (error) => warn(text(error)),
  });
  return become;
}

function Archive({ campaign, onClose }: { campaign: Campaign; onClose: () => void }) {
  const { t } = useTranslation();
  const become = useBecome();
  return (
    <Dialog open title={t("campaign.archive")} text={t("campaign.archiveText")} onClose={onClose}>
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button
          kind="danger"
          busy={become.isPending}
          onClick={() =>
            become.mutate(
              {
                campaign,
                rule: { ...campaign.rule, state: "archived" },
                told: t("phase.archived"),
                final: true,
              },
              { onSuccess: onClose },
            )
          }
        >
          {t("campaign.archive")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
