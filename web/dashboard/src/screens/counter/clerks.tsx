import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useMay } from "../../api/program";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Dialog, DialogActions } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Empty, Failed, Loading, Refused } from "../../ui/states";
import { CounterPage } from "./counter-page";
import { type Clerk, COUNTER, clerksQuery, useChange } from "./data";

/** Who stamps. */
export function Clerks() {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const query = useQuery(clerksQuery);
  const [asked, setAsked] = useState<Clerk | "new" | null>(null);
  return (
    <CounterPage
      tab="clerks"
      actions={
        mayWrite && (
          <Button kind="primary" onClick={() => setAsked("new")}>
            {t("counter.addClerk")}
          </Button>
        )
      }
    >
      <Card flush>
        {query.isPending ? (
          <Loading />
        ) : query.isError ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : query.data.length === 0 ? (
          <Empty title={t("counter.noClerks")} text={t("counter.noClerksText")} />
        ) : (
          <ul className="-mt-px">
            {query.data.map((clerk) => (
              <Line key={clerk.id} clerk={clerk} onChange={() => setAsked(clerk)} />
            ))}
          </ul>
        )}
      </Card>
      {asked && <ClerkForm clerk={asked === "new" ? null : asked} onClose={() => setAsked(null)} />}
    </CounterPage>
  );
}

function Line({ clerk, onChange }: { clerk: Clerk; onChange: () => void }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const suspended = clerk.state === "suspended";
  const turning = useChange(() =>
    read(
      api.PATCH("/v1/api/clerks/{clerk_id}", {
        params: { path: { clerk_id: clerk.id } },
        body: { state: suspended ? "active" : "suspended" },
      }),
    ),
  );
  const turn = t(suspended ? "staff.restore" : "staff.suspend");
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line px-4 py-3">
      <p className="flex min-w-0 flex-1 basis-36 flex-wrap items-center gap-2 font-medium">
        <bdi className="min-w-0 break-words">{clerk.name}</bdi>
        {suspended && <Badge tone="warn">{t("memberState.suspended")}</Badge>}
      </p>
      {mayWrite && (
        <div className="flex flex-wrap gap-2">
          <Button aria-label={`${t("tier.edit")}: ${clerk.name}`} onClick={onChange}>
            {t("tier.edit")}
          </Button>
          <Button
            aria-label={`${turn}: ${clerk.name}`}
            busy={turning.isPending}
            onClick={() => turning.mutate(undefined)}
          >
            {turn}
          </Button>
        </div>
      )}
    </li>
  );
}

function ClerkForm({ clerk, onClose }: { clerk: Clerk | null; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const saving = useMutation({
    mutationFn: ({ name, pin }: { name: string; pin: string }) =>
      clerk
        ? read(
            api.PATCH("/v1/api/clerks/{clerk_id}", {
              params: { path: { clerk_id: clerk.id } },
              body: { name, ...(pin ? { pin } : {}) },
            }),
          )
        : read(api.POST("/v1/api/clerks", { body: { name, pin } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: COUNTER });
      tell(t("counter.saved"));
      onClose();
    },
  });
  const fields = saving.error ? problemOf(saving.error).fields : undefined;
  return (
    <Dialog
      open
      title={clerk?.name ?? t("counter.addClerk")}
      text={t("counter.noClerksText")}
      onClose={onClose}
    >
      <Refused error={saving.error} />
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const said = new FormData(event.currentTarget);
          saving.mutate({ name: String(said.get("name")), pin: String(said.get("pin")) });
        }}
      >
        <TextField
          label={t("customer.name")}
          name="name"
          maxLength={100}
          autoComplete="off"
          defaultValue={clerk?.name ?? ""}
          error={fields?.name}
          required
        />
        <TextField
          label={t("counter.pin")}
          hint={clerk ? t("counter.pinKept") : t("counter.pinHint")}
          name="pin"
          type="password"
          inputMode="numeric"
          autoComplete="new-password"
          pattern="[0-9]{4,8}"
          title={t("counter.pinHint")}
          error={fields?.pin}
          required={!clerk}
        />
        <DialogActions>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" type="submit" busy={saving.isPending}>
            {t("action.save")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
