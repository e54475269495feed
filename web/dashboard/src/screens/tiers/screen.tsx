import { useQuery } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading } from "../../ui/states";
import { Stopped } from "../earning/stopped";
import { type Ladder, misplaced, tiersQuery, useStarter } from "./data";
import { Steps } from "./ladder";
import { Preview } from "./preview";
import { Climbing, Running } from "./rules";
import { Versions } from "./versions";
import { Views } from "./views";

export function Tiers() {
  const { t } = useTranslation();
  // What somebody is at work on is not swapped under their hands: saving tells that it is stale.
  const query = useQuery({ ...tiersQuery, refetchOnWindowFocus: false, refetchOnReconnect: false });
  if (query.data) return <Form key={query.data.version} saved={query.data} />;
  return (
    <Page title={t("nav.tiers")}>
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

/** Changes are collected here; before they are saved it is shown whom they would move. */
function Form({ saved }: { saved: Schemas["LadderView"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay("program:write");
  const starter = useStarter();
  const before = saved.ladder as Ladder;
  const [draft, setDraft] = useState(before);
  const [asking, setAsking] = useState(false);
  const wrong = misplaced(draft.tiers);
  const changed = JSON.stringify(draft) !== JSON.stringify(before);
  const blank = saved.version === 0 && draft.tiers.length === 0;
  useBlocker({
    shouldBlockFn: () => !window.confirm(t("earning.leave")),
    disabled: !changed || asking,
    enableBeforeUnload: changed,
  });
  const part = {
    ladder: draft,
    disabled: !mayWrite,
    onChange: (change: Partial<Ladder>) => setDraft({ ...draft, ...change }),
  };
  return (
    <Page
      title={t("nav.tiers")}
      subtitle={t("tier.text")}
      actions={
        saved.version > 0 && (
          <Badge>{`${t("earning.version")} ${format.number(saved.version)}`}</Badge>
        )
      }
    >
      <Views current="ladder" />
      <Stopped />
      {blank ? (
        <Card>
          <Empty title={t("tier.empty")} text={t("tier.emptyText")}>
            {mayWrite && (
              <Button kind="primary" onClick={() => setDraft(starter())}>
                {t("tier.start")}
              </Button>
            )}
          </Empty>
        </Card>
      ) : (
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (wrong.size === 0) setAsking(true);
          }}
        >
          <Running {...part} />
          <Climbing {...part} />
          <Steps {...part} wrong={wrong} customers={saved.customers ?? {}} />
          {changed && (
            <div className="sticky bottom-3 z-10 flex flex-wrap items-center justify-between gap-2 rounded-xl bg-strong p-2 ps-4 text-on-strong">
              <span className="font-medium">{t("earning.unsaved")}</span>
              <span className="flex flex-wrap gap-2">
                <Button onClick={() => setDraft(before)}>{t("earning.discard")}</Button>
                <Button type="submit">{t("tier.preview")}</Button>
              </span>
            </div>
          )}
        </form>
      )}
      {saved.version > 0 && <Versions />}
      {asking && (
        <Preview
          draft={draft}
          before={before}
          version={saved.version}
          onClose={() => setAsking(false)}
        />
      )}
    </Page>
  );
}
