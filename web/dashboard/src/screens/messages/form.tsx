import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../../api/client";
import { useMay } from "../../api/program";
import { useProblemText } from "../../i18n/problems";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { useCalm } from "../../ui/calm";
import { Card } from "../../ui/card";
import { DraftForm, useDraft, type Versioned } from "../../ui/draft";
import { tell, warn } from "../../ui/notice";
import { Refused } from "../../ui/states";
import { SendTest } from "../senders/test";
import { ApprovalCard } from "./approval";
import {
  type OccasionView,
  previewQuery,
  putBack,
  saveWords,
  type TemplateView,
  templateQuery,
  type Which,
  type Words,
} from "./data";
import { Fields } from "./fields";
import { Preview } from "./preview";
import type { Looking } from "./screen";
import { Versions } from "./versions";

interface Props {
  about: OccasionView;
  which: Which;
  template: TemplateView;
  looking: Looking;
}

function draftOf({ version, words }: TemplateView): Versioned<Words> {
  const { subject = null, preheader = null, body, name = null } = words;
  return { version, value: { subject, preheader, body, name } };
}

/** The words of one template: written, seen, saved, and taken back. */
export function Form({ about, which, template, looking }: Props) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const writing = useWriting(which, (sent, now) => held.saved(sent, draftOf(now)));
  const held = useDraft(draftOf(template), writing.busy);
  const calm = useCalm(held.draft);
  const [testing, setTesting] = useState(false);
  const { beside, device, scheme } = looking;
  const seen = useQuery(previewQuery(which, held.changed ? calm : null, scheme));
  const faults = seen.error ? (problemOf(seen.error).fields ?? {}) : {};
  return (
    <>
      <div
        className={`grid grid-cols-1 items-start gap-4 ${device === "phone" || which.channel !== "email" ? "lg:grid-cols-2" : ""}`}
      >
        <div className={beside ? "lg:col-span-full" : ""}>
          <DraftForm
            held={held}
            busy={writing.busy}
            onSave={({ value, version }) => writing.save(value, version, template.version)}
          >
            <Card
              title={t("message.words")}
              actions={
                <span className="flex flex-wrap items-center gap-2">
                  <Badge tone={template.own ? "good" : "plain"}>
                    {t(template.own ? "textState.mended" : "texts.original")}
                  </Badge>
                  {mayWrite && (
                    <Button kind="link" onClick={() => setTesting(true)}>
                      {t("sender.test")}
                    </Button>
                  )}
                  {template.own && mayWrite && (
                    <Button
                      kind="link"
                      disabled={writing.busy}
                      onClick={() => writing.restore(0, template.version)}
                    >
                      {t("texts.restore")}
                    </Button>
                  )}
                </span>
              }
            >
              <Refused error={writing.error} />
              {template.outdated && (
                <p className="mb-4 rounded-lg bg-warn-soft px-3 py-2 text-warn">
                  {t("message.outdated")}
                </p>
              )}
              <Fields
                which={which}
                draft={held.draft}
                longest={template.longest}
                variables={about.variables}
                faults={faults}
                disabled={!mayWrite}
                onChange={held.change}
              />
            </Card>
          </DraftForm>
        </div>
        <Preview which={which} words={held.changed ? calm : null} device={device} scheme={scheme} />
        {beside && (
          <Preview
            which={{ ...which, language: beside }}
            words={null}
            device={device}
            scheme={scheme}
          />
        )}
      </div>
      {testing && (
        <SendTest
          test={{ ...which, words: held.changed ? held.draft : null }}
          onClose={() => setTesting(false)}
        />
      )}
      {template.submitted !== null && <ApprovalCard which={which} template={template} />}
      <Versions
        which={which}
        current={template.version}
        busy={writing.busy}
        onRestore={(version) => writing.restore(version, template.version)}
      />
    </>
  );
}

interface Sent {
  act: () => Promise<TemplateView>;
  draft: Words | null;
  /** The version before, to be taken up again. */
  before: number;
}

function useWriting(which: Which, onSaved: (sent: Words, now: TemplateView) => void) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const keep = (now: TemplateView) => {
    queries.setQueryData(templateQuery(which).queryKey, now);
    void queries.invalidateQueries({ queryKey: ["templates"] });
  };
  const undo = async (version: number) => {
    try {
      keep(await putBack(which, version));
    } catch (error) {
      warn(problem(error));
    }
  };
  const writing = useMutation({
    mutationFn: ({ act }: Sent) => act(),
    onSuccess: (now, { draft, before }) => {
      if (draft) onSaved(draft, now);
      keep(now);
      tell(t(draft ? "texts.saved" : "message.restored"), () => void undo(before));
    },
    onError: (error, { draft }) => {
      if (!draft) warn(problem(error));
      void queries.invalidateQueries({ queryKey: templateQuery(which).queryKey });
    },
  });
  return {
    busy: writing.isPending,
    error: writing.variables?.draft ? writing.error : null,
    save: (draft: Words, read: number, before: number) =>
      writing.mutate({ act: () => saveWords(which, draft, read), draft, before }),
    restore: (version: number, before: number) =>
      writing.mutate({ act: () => putBack(which, version), draft: null, before }),
  };
}
