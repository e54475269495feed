import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, problemOf, read, type Schemas } from "../../api/client";
import { identityQuery, useMay } from "../../api/program";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { Refused } from "../../ui/states";
import { staffQuery } from "../staff/data";
import { PROVIDERS, testsQuery } from "./data";

interface Props {
  /** What is tried, but for where to. */
  test: Omit<Schemas["NewTest"], "to">;
  onClose: () => void;
}

/** Sends the reader a message as customers would get it, and says what became of it. */
export function SendTest({ test, onClose }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const mine = useOwnAddress();
  const sending = useMutation({
    mutationFn: (to: string) =>
      read(api.POST("/v1/api/notifications/tests", { body: { ...test, to } })),
    onSettled: () => queries.invalidateQueries(testsQuery),
  });
  const mail = test.channel === "email";
  return (
    <Dialog open title={t("sender.test")} text={t("sender.testText")} onClose={onClose}>
      <Refused error={sending.error} />
      {sending.data && <Ending of={sending.data} />}
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          sending.mutate(String(new FormData(event.currentTarget).get("to")).trim());
        }}
      >
        <TextField
          key={mine}
          label={t("sender.testTo")}
          name="to"
          type={mail ? "email" : "tel"}
          dir="ltr"
          required
          maxLength={320}
          hint={mail ? undefined : t("customer.phoneHint")}
          defaultValue={mail ? mine : ""}
          error={sending.error ? problemOf(sending.error).fields?.to : undefined}
        />
        <DialogActions>
          <Button onClick={onClose}>{t("action.close")}</Button>
          <Button kind="primary" type="submit" busy={sending.isPending}>
            {t("sender.test")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function Ending({ of: { outcome, reason, code, provider } }: { of: Schemas["TestView"] }) {
  const { t } = useTranslation();
  const taken = outcome === "taken";
  return (
    <div
      role="status"
      className={`mb-4 rounded-lg px-3 py-2 ${taken ? "bg-good-soft text-good" : "bg-danger-soft text-danger"}`}
    >
      <p className="font-medium">
        {t(taken ? "sender.testSent" : "sender.testFailed")}: {PROVIDERS[provider]}
      </p>
      {reason && (
        <p>
          {t(`deliveryWhy.${reason}`)} {code && <bdi>({code})</bdi>}
        </p>
      )}
    </div>
  );
}

/** The address of whoever is signed in, where they may see who the staff are. */
function useOwnAddress(): string {
  const mayLook = useMay("staff:read");
  const actor = useQuery(identityQuery).data?.actor;
  const staff = useInfiniteQuery({ ...staffQuery(false), enabled: mayLook }).data;
  const members = staff?.pages.flatMap((page) => page.items);
  return members?.find((each) => actor === `staff:${each.id}`)?.email ?? "";
}
