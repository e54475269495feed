import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useBlocker, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useMay, useMerchant } from "../../api/program";
import type { Language } from "../../i18n/languages";
import { Button, buttonClass } from "../../ui/button";
import { Card } from "../../ui/card";
import { tell } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Failed, Loading, Refused } from "../../ui/states";
import { type Nudge, nudgeQuery, saveNudge } from "./data";
import { useDecide } from "./deciding";
import { type Draft, draftOf, emptyDraft, type Shop, shownAlone, termsOf } from "./draft";
import { Basics, Meeting, type Part, When, Where } from "./fields";
import { Preview } from "./preview";
import { Beside, type Device } from "./seen";
import { StandingBadge } from "./standing";
import { NudgeWords } from "./words";

const newRoute = getRouteApi("/frame/on-site/nudges/new");
const editRoute = getRouteApi("/frame/on-site/nudges/$nudgeId");

/** A new one, from nothing or like another. */
export function NewNudge() {
  const { t } = useTranslation();
  const { like } = newRoute.useSearch();
  const shop = useShop();
  const pattern = useQuery({ ...nudgeQuery(like ?? ""), enabled: Boolean(like) });
  if (!shop || (like && !pattern.data)) {
    return <Waiting title={t("site.new")} error={pattern.error} onRetry={pattern.refetch} />;
  }
  const begin = pattern.data ? draftOf(pattern.data, shop) : emptyDraft("sticky_bar", shop);
  const name = pattern.data ? t("site.copyOf", { name: begin.name }).slice(0, 100) : "";
  return (
    <Page title={t("site.new")} back="/on-site/nudges">
      <Form key={like} shop={shop} begin={{ ...begin, name }} nudge={null} />
    </Page>
  );
}

export function EditNudge() {
  const { t } = useTranslation();
  const { nudgeId } = editRoute.useParams();
  const shop = useShop();
  const query = useQuery(nudgeQuery(nudgeId));
  if (!shop || !query.data) {
    return <Waiting title={t("site.nudges")} error={query.error} onRetry={query.refetch} />;
  }
  return (
    <Page
      title={query.data.terms.name}
      subtitle={<StandingBadge of={query.data} />}
      back="/on-site/nudges"
      actions={<Actions nudge={query.data} />}
    >
      <Form key={nudgeId} shop={shop} begin={draftOf(query.data, shop)} nudge={query.data} />
    </Page>
  );
}

function useShop(): Shop | undefined {
  const merchant = useMerchant();
  return merchant && { home: merchant.locale as Language, zone: merchant.time_zone };
}

function Waiting(of: { title: string; error: unknown; onRetry: () => unknown }) {
  return (
    <Page title={of.title} back="/on-site/nudges">
      <Card>
        {of.error ? <Failed error={of.error} onRetry={of.onRetry} /> : <Loading lines={6} />}
      </Card>
    </Page>
  );
}

function Actions({ nudge }: { nudge: Nudge }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const deciding = useDecide();
  if (!mayWrite) return null;
  const to = (state: Nudge["state"]) => () => deciding.mutate({ it: nudge, state });
  return (
    <>
      <Link to="/on-site/nudges/new" search={{ like: nudge.id }} className={buttonClass()}>
        {t("site.duplicate")}
      </Link>
      {nudge.state === "archived" ? (
        <Button busy={deciding.isPending} onClick={to("paused")}>
          {t("reward.bringBack")}
        </Button>
      ) : (
        <>
          <Button busy={deciding.isPending} onClick={to("archived")}>
            {t("reward.archive")}
          </Button>
          <Button
            busy={deciding.isPending}
            onClick={to(nudge.state === "active" ? "paused" : "active")}
          >
            {t(nudge.state === "active" ? "campaign.pause" : "campaign.start")}
          </Button>
        </>
      )}
    </>
  );
}

interface FormProps {
  shop: Shop;
  begin: Draft;
  /** The one that is changed; null: a new one. */
  nudge: Nudge | null;
}

function Form({ shop, begin, nudge: known }: FormProps) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const navigate = useNavigate();
  // What somebody else saves meanwhile is a conflict to be told, not a draft to be lost.
  const [begun, setBegun] = useState({ draft: begin, nudge: known });
  const [draft, setDraft] = useState(begin);
  const [language, setLanguage] = useState(shop.home);
  const [device, setDevice] = useState<Device>("phone");
  const changed = JSON.stringify(draft) !== JSON.stringify(begun.draft);
  const { nudge } = begun;
  if (known && nudge && known !== nudge) {
    // Switched on or off meanwhile, here or elsewhere: that is no other draft.
    const alike = JSON.stringify(known.terms) === JSON.stringify(nudge.terms);
    if (alike && known.version >= nudge.version) setBegun({ ...begun, nudge: known });
    else if (known.version > nudge.version && !changed) {
      setBegun({ draft: begin, nudge: known });
      setDraft(begin);
    }
  }
  const saving = useSave(nudge, (saved) => {
    if (!nudge) return void navigate({ to: "/on-site/nudges", ignoreBlocker: true });
    setBegun({ draft, nudge: saved });
  });
  useBlocker({
    shouldBlockFn: () => !window.confirm(t("earning.leave")),
    disabled: !changed || saving.isPending,
    enableBeforeUnload: changed,
  });
  const disabled = !mayWrite || nudge?.state === "archived";
  const part: Part = {
    draft,
    shop,
    disabled,
    fixed: Boolean(nudge),
    fields: fieldsOf(saving.error),
    onChange: (change) => setDraft((held) => ({ ...held, ...change })),
  };
  const [place = "any"] = draft.where;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const pressed = (event.nativeEvent as SubmitEvent).submitter?.getAttribute("value");
        const state = pressed === "active" ? "active" : (nudge?.state ?? "draft");
        saving.mutate({ terms: termsOf(draft, shop), state });
      }}
    >
      <Refused error={saving.error} />
      <Beside
        device={device}
        seen={
          <Preview
            change={(config) => shownAlone(draft, language, shop, config)}
            page={place === "any" ? "product" : place}
            who={draft.audience === "member" ? "member" : "guest"}
            open={draft.kind === "note"}
            language={language}
            onLanguage={setLanguage}
            device={device}
            onDevice={setDevice}
          />
        }
      >
        <fieldset disabled={disabled} className="flex min-w-0 flex-col gap-4">
          <Basics {...part} />
          <NudgeWords {...part} language={language} onLanguage={setLanguage} />
          <Meeting {...part} />
          <Where {...part} />
          <When {...part} />
        </fieldset>
      </Beside>
      {!disabled && (changed || !nudge) && (
        <div className="unsaved sticky bottom-3 z-10 flex flex-wrap items-center justify-between gap-2 rounded-xl bg-strong p-2 ps-4 text-on-strong">
          <span className="font-medium">{t("earning.unsaved")}</span>
          <span className="flex gap-2">
            {nudge ? (
              <Button disabled={saving.isPending} onClick={() => setDraft(begun.draft)}>
                {t("earning.discard")}
              </Button>
            ) : (
              <Button type="submit" value="draft" disabled={saving.isPending}>
                {t("campaign.saveDraft")}
              </Button>
            )}
            <Button type="submit" value={nudge ? "" : "active"} busy={saving.isPending}>
              {t(nudge ? "action.save" : "campaign.start")}
            </Button>
          </span>
        </div>
      )}
    </form>
  );
}

type Sent = Pick<Nudge, "terms" | "state">;

function useSave(nudge: Nudge | null, onSaved: (saved: Nudge) => void) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ terms, state }: Sent) =>
      nudge
        ? saveNudge(nudge, terms, state)
        : read(api.POST("/v1/api/content/nudges", { body: { terms, state } })),
    onSuccess: (saved) => {
      tell(t("earning.saved"));
      queries.setQueryData(nudgeQuery(saved.id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ["on-site", "nudges"] });
      onSaved(saved);
    },
    onError: () => {
      // Somebody else may have saved: who discards their own begins again from that.
      if (nudge) void queries.invalidateQueries({ queryKey: nudgeQuery(nudge.id).queryKey });
    },
  });
}

/** What was wrong, by the path below the nudge's terms: `words.title`, `translations.de.text`. */
function fieldsOf(error: unknown): Record<string, string> {
  const fields = (error && problemOf(error).fields) || {};
  return Object.fromEntries(
    Object.entries(fields).map(([name, text]) => [name.replace(/^.*?terms\./, ""), String(text)]),
  );
}
