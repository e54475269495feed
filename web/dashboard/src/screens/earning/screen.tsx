import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { tell } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Failed, Loading, Refused } from "../../ui/states";
import { Actions } from "./actions";
import { type Program, programQuery } from "./data";
import { Expiry } from "./expiry";
import { Multipliers } from "./multipliers";
import { Debt, Orders } from "./rules";
import { Switches } from "./switches";
import { Versions } from "./versions";

export function Earning() {
  const { t } = useTranslation();
  const query = useQuery(programQuery);
  if (query.data) {
    const { version, settings } = query.data;
    return <Form key={version} version={version} saved={settings as Program} />;
  }
  return (
    <Page title={t("nav.earning")}>
      <Card>
        {query.isError ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : (
          <Loading lines={6} />
        )}
      </Card>
    </Page>
  );
}

/** Changes are collected here and saved as one new version, or thrown away. */
function Form({ version, saved }: { version: number; saved: Program }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const mayWrite = useMay("program:write");
  const [draft, setDraft] = useState(saved);
  const changed = JSON.stringify(draft) !== JSON.stringify(saved);
  const saving = useMutation({
    mutationFn: () => read(api.PUT("/v1/api/program", { body: draft })),
    onSuccess: async () => {
      tell(t("earning.saved"));
      await queries.invalidateQueries({ queryKey: ["program"] });
    },
  });
  useBlocker({
    shouldBlockFn: () => !window.confirm(t("earning.leave")),
    disabled: !changed || saving.isPending,
    enableBeforeUnload: changed,
  });
  const part = {
    program: draft,
    disabled: !mayWrite,
    fields: (saving.error && problemOf(saving.error).fields) || {},
    onChange: (change: Partial<Program>) => setDraft({ ...draft, ...change }),
  };
  return (
    <Page
      title={t("nav.earning")}
      subtitle={t("earning.text")}
      actions={<Badge>{t("entry.version", { version: format.number(version) })}</Badge>}
    >
      <Switches disabled={!mayWrite} unsaved={changed} />
      <Refused error={saving.error} />
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate();
        }}
      >
        <Orders {...part} />
        <Multipliers {...part} />
        <Actions {...part} />
        <Debt {...part} />
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
      <Expiry disabled={!mayWrite} />
      <Versions />
    </Page>
  );
}
