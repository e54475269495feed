import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../../api/client";
import { useMay, useMerchant } from "../../api/program";
import type { Language } from "../../i18n/languages";
import { useProblemText } from "../../i18n/problems";
import { NotFound } from "../../shell/not-found";
import { Card } from "../../ui/card";
import { DraftForm, type Held, useDraft } from "../../ui/draft";
import { Switch, TextField } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Failed, Loading, Refused } from "../../ui/states";
import { LogoField, useUpload } from "../branding/logo";
import {
  draftOf,
  PAGES,
  type PageDraft,
  type PageName,
  type PageView,
  pageQuery,
  savePage,
  settingsOf,
  wholeOf,
} from "./page-data";
import { PagePreview } from "./page-preview";
import { Wording } from "./page-words";
import { OpenPage } from "./pages";
import { Beside, type Device } from "./seen";

const route = getRouteApi("/frame/on-site/pages/$page");

/** What a page of ours says for the shop, beside the page. */
export function EditPage() {
  const asked = route.useParams().page;
  const page = PAGES.find((each) => each === asked);
  return page ? <Known page={page} /> : <NotFound />;
}

function Known({ page }: { page: PageName }) {
  const { t } = useTranslation();
  const query = useQuery(pageQuery(page));
  const home = useMerchant()?.locale as Language | undefined;
  return (
    <Page
      title={t(`site.${page}`)}
      subtitle={t(`site.${page}Text`)}
      back="/on-site/pages"
      actions={query.data?.settings.enabled && <OpenPage page={page} />}
    >
      {query.data && home ? (
        <Form key={page} view={query.data} home={home} />
      ) : (
        <Card>
          {query.isError ? (
            <Failed error={query.error} onRetry={() => query.refetch()} />
          ) : (
            <Loading lines={6} />
          )}
        </Card>
      )}
    </Page>
  );
}

function Form({ view, home }: { view: PageView; home: Language }) {
  const { t } = useTranslation();
  const disabled = !useMay("program:write");
  const saving = useSave((sent, saved) => held.saved(sent, draftOf(saved)));
  const held: Held<PageDraft> = useDraft(draftOf(view), saving.isPending);
  const [language, setLanguage] = useState(home);
  const [device, setDevice] = useState<Device>("phone");
  const { draft, change } = held;
  const fields: Record<string, string> = (saving.error && problemOf(saving.error).fields) || {};
  return (
    <DraftForm
      held={held}
      busy={saving.isPending}
      onSave={({ value, version }) => saving.mutate({ draft: value, version, before: view })}
    >
      <Refused error={saving.error} />
      <Beside
        device={device}
        seen={
          <PagePreview
            page={view.page}
            settings={wholeOf(draft)}
            language={language}
            onLanguage={setLanguage}
            device={device}
            onDevice={setDevice}
          />
        }
      >
        <fieldset disabled={disabled} className="flex min-w-0 flex-col gap-4">
          <Card>
            <Switch
              label={t("site.public")}
              on={draft.enabled}
              disabled={disabled}
              onChange={(enabled) => change({ enabled })}
            />
          </Card>
          <Wording
            held={held}
            home={home}
            language={language}
            fields={fields}
            onLanguage={setLanguage}
          />
          <Picture held={held} view={view} disabled={disabled} />
          <Card>
            <TextField
              label={t("site.address")}
              hint={t("site.addressHint")}
              type="url"
              dir="ltr"
              maxLength={300}
              placeholder="https://www.example.com/apps/loyalnest/pages/loyalty"
              value={draft.address}
              error={fields["settings.address"]}
              onChange={(event) => change({ address: event.target.value })}
            />
          </Card>
        </fieldset>
      </Beside>
    </DraftForm>
  );
}

interface PictureProps {
  held: Held<PageDraft>;
  view: PageView;
  disabled: boolean;
}

function Picture({ held: { draft, change }, view, disabled }: PictureProps) {
  const { t } = useTranslation();
  const [uploaded, setUploaded] = useState<Parameters<typeof LogoField>[0]["logo"][]>([]);
  const upload = useUpload((sent) => {
    setUploaded((earlier) => [sent, ...earlier]);
    change({ picture: sent.hash });
  });
  const shown = [...uploaded, view.picture].find((each) => each?.hash === draft.picture) ?? null;
  return (
    <Card>
      <LogoField
        label={t("site.picture")}
        removing={t("reward.remove", { what: t("site.picture") })}
        logo={shown}
        upload={upload}
        disabled={disabled}
        onRemove={() => change({ picture: null })}
      />
    </Card>
  );
}

interface Sent {
  draft: PageDraft;
  version: number;
  /** What it replaces, to be taken up again. */
  before: PageView;
}

function useSave(onSaved: (sent: PageDraft, saved: PageView) => void) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const keep = (saved: PageView) => queries.setQueryData(pageQuery(saved.page).queryKey, saved);
  const undo = async (before: PageView, saved: PageView) => {
    try {
      keep(await savePage(saved, before.settings));
    } catch (error) {
      warn(problem(error));
    }
  };
  return useMutation({
    mutationFn: ({ draft, version, before: { page } }: Sent) =>
      savePage({ page, version }, settingsOf(draft)),
    onSuccess: (saved, { draft, before }) => {
      onSaved(draft, saved);
      keep(saved);
      tell(t("earning.saved"), () => void undo(before, saved));
    },
    // Somebody else may have saved: who discards their own begins again from that.
    onError: (_, { before: { page } }) =>
      void queries.invalidateQueries({ queryKey: pageQuery(page).queryKey }),
  });
}
