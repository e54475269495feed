import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useMay } from "../../api/program";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Switch } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Failed, Loading, Refused } from "../../ui/states";
import { type Settings, settingsQuery } from "./data";
import { Abuse, Landing, Promised, When } from "./rules-parts";

/** What the merchant promises. A referral keeps what was promised when it began. */
export function Rules() {
  const query = useQuery(settingsQuery);
  if (query.data) {
    const { version, settings } = query.data;
    return <Form key={version} version={version} saved={settings as Settings} />;
  }
  return (
    <Card>
      {query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Loading lines={6} />
      )}
    </Card>
  );
}

function Form({ version, saved }: { version: number; saved: Settings }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const mayWrite = useMay("program:write");
  const [draft, setDraft] = useState(saved);
  const changed = JSON.stringify(draft) !== JSON.stringify(saved);
  const saving = useMutation({
    mutationFn: () =>
      read(api.PUT("/v1/api/referrals/settings", { body: { settings: draft, version } })),
    onSuccess: async () => {
      tell(t("earning.saved"));
      await queries.invalidateQueries({ queryKey: ["referrals"] });
    },
  });
  useBlocker({
    shouldBlockFn: () => !window.confirm(t("earning.leave")),
    disabled: !changed || saving.isPending,
    enableBeforeUnload: changed,
  });
  const part = {
    settings: draft,
    disabled: !mayWrite,
    fields: (saving.error && problemOf(saving.error).fields) || {},
    onChange: (change: Partial<Settings>) => setDraft({ ...draft, ...change }),
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <Refused error={saving.error} />
      <Card>
        <Switch
          label={t("referral.enabled")}
          hint={t("referral.enabledText")}
          on={draft.enabled}
          disabled={!mayWrite}
          onChange={(enabled) => part.onChange({ enabled })}
        />
      </Card>
      <Promised {...part} />
      <When {...part} />
      <Abuse {...part} />
      <Landing {...part} />
      {changed && (
        <div className="sticky bottom-3 z-10 flex flex-wrap items-center justify-between gap-2 rounded-xl bg-strong p-2 ps-4 text-on-strong">
          <span className="font-medium">{t("earning.unsaved")}</span>
          <span className="flex gap-2">
            <Button disabled={saving.isPending} onClick={() => setDraft(saved)}>
              {t("earning.discard")}
            </Button>
            <Button type="submit" busy={saving.isPending}>
              {t("action.save")}
            </Button>
          </span>
        </div>
      )}
    </form>
  );
}
