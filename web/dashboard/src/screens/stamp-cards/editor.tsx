import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Awaited } from "../../ui/awaited";
import { Badge } from "../../ui/badge";
import { Card } from "../../ui/card";
import { DraftForm, useDraft } from "../../ui/draft";
import { Select } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Refused } from "../../ui/states";
import { Actions } from "./actions";
import { Circulation } from "./circulation";
import {
  type Program,
  programQuery,
  programsQuery,
  saveProgram,
  type Terms,
  TONES,
  useStateName,
} from "./data";
import { type Draft, doubled, draftOf, EMPTY, termsOf } from "./draft";
import { Called, Keeping, type Part, Stamping } from "./fields";
import { Preview } from "./preview";
import { Stages } from "./stages";
import { useStarts } from "./starts";

const newRoute = getRouteApi("/frame/stamp-cards/new");
const editRoute = getRouteApi("/frame/stamp-cards/$programId");

export function NewStampCard() {
  const { t } = useTranslation();
  const { start } = newRoute.useSearch();
  const [starts] = useState(useStarts());
  return (
    <Page title={t("stampCard.new")} back="/stamp-cards">
      <Form begin={start === undefined ? undefined : starts[start]} />
    </Page>
  );
}

export function EditStampCard() {
  const { programId } = editRoute.useParams();
  const { t, i18n } = useTranslation();
  const query = useQuery(programQuery(programId));
  const program = query.data;
  if (program) {
    return (
      <Page
        title={program.terms.names?.[i18n.language] ?? program.terms.name}
        subtitle={<Standing program={program} />}
        back="/stamp-cards"
        actions={<Actions program={program} />}
      >
        <Form key={programId} program={program} />
      </Page>
    );
  }
  return <Awaited query={query} title={t("nav.stampCards")} back="/stamp-cards" lines={6} />;
}

function Standing({ program: { state, version, cards } }: { program: Program }) {
  const { t } = useTranslation();
  const format = useFormat();
  const stateName = useStateName();
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Badge tone={TONES[state]}>{stateName(state)}</Badge>
      <span>{t("reward.version", { version: format.number(version) })}</span>
      <span>
        {t("stampCard.cards")}: {format.number(cards)}
      </span>
    </span>
  );
}

interface Sent {
  draft: Draft;
  terms: Terms;
  version: number;
}

/** A new card, or one as it will be from now on. */
function Form({ program, begin }: { program?: Program; begin?: Draft | undefined }) {
  const navigate = useNavigate();
  const disabled = !useMay("program:write") || program?.state === "archived";
  const [state, setState] = useState<"active" | "draft">("active");
  const [asked, setAsked] = useState<Sent | null>(null);
  const known = (it: Program) => ({ version: it.version, value: draftOf(it.terms) });
  const saving = useSave(program, state, (sent, saved) => {
    if (program) return held.saved(sent.draft, known(saved));
    const params = { programId: saved.id };
    void navigate({ to: "/stamp-cards/$programId", params, ignoreBlocker: true });
  });
  const held = useDraft<Draft>(
    program ? known(program) : { version: 0, value: EMPTY },
    saving.isPending || (!program && saving.isSuccess),
    begin,
  );
  const part: Part = {
    draft: held.draft,
    disabled,
    fields: fieldsOf(saving.error, saving.variables?.terms),
    onChange: held.change,
  };
  const send = (sent: Sent) => saving.mutate(sent, { onSettled: () => setAsked(null) });
  return (
    <DraftForm
      held={held}
      busy={saving.isPending}
      onSave={({ value: draft, version }) => {
        if (doubled(draft.stages).size) return;
        const sent = { draft, terms: termsOf(draft), version };
        if (program?.cards) setAsked(sent);
        else send(sent);
      }}
    >
      <Refused error={saving.error} />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[2fr_1fr]">
        <fieldset disabled={disabled} className="flex min-w-0 flex-col gap-4">
          <Called {...part} />
          <Stages {...part} />
          <Stamping {...part} />
          <Keeping {...part} />
        </fieldset>
        <div className="flex min-w-0 flex-col gap-4 lg:sticky lg:top-18">
          <Preview draft={held.draft} />
          {!program && <Begins state={state} onChange={setState} />}
        </div>
      </div>
      {asked && program && (
        <Circulation
          programId={program.id}
          terms={asked.terms}
          busy={saving.isPending}
          onSave={() => send(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </DraftForm>
  );
}

interface BeginsProps {
  state: "active" | "draft";
  onChange: (state: "active" | "draft") => void;
}

function Begins({ state, onChange }: BeginsProps) {
  const { t } = useTranslation();
  const stateName = useStateName();
  return (
    <Card>
      <Select
        label={t("order.state")}
        value={state}
        options={[
          ["active", stateName("active")],
          ["draft", stateName("draft")],
        ]}
        onValue={onChange}
      />
    </Card>
  );
}

function useSave(
  before: Program | undefined,
  state: "active" | "draft",
  onSaved: (sent: Sent, saved: Program) => void,
) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const keep = (saved: Program) => {
    queries.setQueryData(programQuery(saved.id).queryKey, saved);
    void queries.invalidateQueries({ queryKey: programsQuery.queryKey });
  };
  const undo = (earlier: Program, saved: Program) => () => {
    saveProgram(saved, earlier.terms, saved.state).then(
      (again) => {
        keep(again);
        tell(t("adjust.undone"));
      },
      (error: unknown) => warn(problem(error)),
    );
  };
  return useMutation({
    mutationFn: ({ terms, version }: Sent) => {
      if (before) return saveProgram({ id: before.id, version }, terms, before.state);
      return read(api.POST("/v1/api/card-programs", { body: { terms, state } }));
    },
    onSuccess: (saved, sent) => {
      keep(saved);
      onSaved(sent, saved);
      tell(t("earning.saved"), before && undo(before, saved));
    },
    onError: () => {
      // Somebody else may have saved: who discards their own begins again from that.
      if (before) void queries.invalidateQueries({ queryKey: programQuery(before.id).queryKey });
    },
  });
}

/** What was wrong, by the path below the terms; of a stage by its key, wherever it stood. */
function fieldsOf(error: unknown, terms: Terms | undefined): Record<string, string> {
  if (!error) return {};
  return Object.fromEntries(
    Object.entries(problemOf(error).fields ?? {}).map(([name, text]) => [
      name
        .replace(/^terms\./, "")
        .replace(/^stages\.(\d+)/, (_, n) => `stages.${terms?.stages[Number(n)]?.key}`),
      text,
    ]),
  );
}
