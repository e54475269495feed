import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read, type Schemas } from "../../api/client";
import { useMerchant } from "../../api/program";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select, TextField } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import { Refused } from "../../ui/states";
import { endOfDay } from "../tiers/days";

interface Wish {
  tier: string;
  until: string | null;
  reason: string;
}

interface Props {
  customerId: string;
  standing: Schemas["StandingView"];
  tiers: Schemas["Tier-Output"][];
  onClose: () => void;
}

/** A tier whatever they buy, until the end of a day or for good, with the reason for it. */
export function Override({ customerId, standing, tiers, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const merchant = useMerchant();
  const problem = useProblemText();
  const override = useOverride(customerId);
  // As it was when this was asked: by the time it is saved, the standing says the new one.
  const [earlier] = useState(standing.override);
  const [tier, setTier] = useState(standing.tier ?? tiers[0]?.key ?? "");
  const setting = useMutation({
    mutationFn: override.set,
    onSuccess: () => {
      onClose();
      tell(t("standing.done"), () => {
        (earlier ? override.set(earlier) : override.end()).then(
          () => tell(t("adjust.undone")),
          (error: unknown) => warn(problem(error)),
        );
      });
    },
  });
  const fields = setting.error ? problemOf(setting.error).fields : undefined;
  return (
    <Dialog open title={t("standing.action")} onClose={onClose}>
      <Refused error={setting.error} />
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const day = String(form.get("until"));
          const until = day ? endOfDay(day, merchant?.time_zone ?? "UTC") : null;
          setting.mutate({ tier, until, reason: String(form.get("reason")).trim() });
        }}
      >
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          <Select
            label={t("standing.tier")}
            value={tier}
            options={tiers.map((each) => [each.key, each.names?.[i18n.language] || each.name])}
            onValue={setTier}
          />
          <TextField
            label={t("standing.until")}
            hint={t("standing.untilHint")}
            name="until"
            type="date"
            error={fields?.until}
          />
        </div>
        <TextField
          label={t("adjust.reason")}
          name="reason"
          required
          maxLength={500}
          pattern=".*\S.*"
          error={fields?.reason}
        />
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={setting.isPending}>
            {t("action.save")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** Setting a customer's tier by hand, and letting their buying decide again. */
export function useOverride(customerId: string) {
  const queries = useQueryClient();
  const params = { path: { customer_id: customerId } };
  const path = "/v1/api/customers/{customer_id}/tier/override" as const;
  const refresh = async () => {
    await queries.invalidateQueries({ queryKey: ["customers"] });
    void queries.invalidateQueries({ queryKey: ["tiers"] });
    void queries.invalidateQueries({ queryKey: ["events"] });
  };
  return {
    set: async ({ tier, until, reason }: Wish) => {
      await read(api.PUT(path, { params, body: { tier, until, reason } }));
      await refresh();
    },
    end: async () => {
      await read(api.DELETE(path, { params }));
      await refresh();
    },
  };
}
