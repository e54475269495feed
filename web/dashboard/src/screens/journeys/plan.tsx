import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useProblemText } from "../../i18n/problems";
import { Card } from "../../ui/card";
import { DraftForm, useDraft, type Versioned } from "../../ui/draft";
import { TextField } from "../../ui/field";
import type { IconName } from "../../ui/icon";
import { tell as notice } from "../../ui/notice";
import { Refused } from "../../ui/states";
import { rewardsQuery } from "../rewards/data";
import { type Journey, journeyQuery, saveJourney } from "./data";
import {
  begunBy,
  type Draft,
  draftOf,
  type Faults,
  faultsOf,
  type Lack,
  lacking,
  planIn,
  within,
} from "./draft";
import { Steps, toggled } from "./lines";
import { Audience, Ends, Measure } from "./people";
import { Row } from "./row";
import { TriggerFields } from "./trigger";
import { useSays } from "./words";

/** The plan as a line of steps that is read from top to bottom, each changed in its place. */
export function Planned({ journey }: { journey: Journey }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write") && journey.state !== "ended";
  const { saving, held, faults, lacks, setTried } = useSaving(journey);
  const change = (part: Partial<Draft>) => {
    // What was wrong is told by the place of a step: it would be told of another one.
    if (part.steps && part.steps.length !== held.draft.steps.length) saving.reset();
    held.change(part);
  };
  return (
    <DraftForm
      held={held}
      busy={saving.isPending}
      onSave={(draft) => {
        setTried(true);
        if (!lacking(draft.value)) saving.mutate(draft);
      }}
    >
      <Card flush title={t("journey.plan")}>
        <Lines
          draft={held.draft}
          faults={faults}
          lacks={lacks}
          mayWrite={mayWrite}
          started={journey.started_at !== null}
          onChange={change}
        />
      </Card>
      <Refused error={saving.error} />
      {mayWrite && journey.started_at && (
        <p className="text-xs text-muted">{t("journey.versionText")}</p>
      )}
    </DraftForm>
  );
}

function useSaving(journey: Journey) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const text = useProblemText();
  const rewards = useQuery(rewardsQuery).data ?? [];
  const [tried, setTried] = useState(false);
  const saving = useMutation({
    mutationFn: ({ version, value }: Versioned<Draft>) =>
      saveJourney(journey.id, version, planIn(value)),
    onSuccess: (saved, { value }) => {
      notice(t("earning.saved"));
      setTried(false);
      queries.setQueryData(journeyQuery(saved.id).queryKey, saved);
      held.saved(value, draftOf(saved));
      void queries.invalidateQueries({ queryKey: ["journeys"] });
    },
  });
  const held = useDraft(draftOf(journey), saving.isPending);
  const faults = faultsOf(saving.error, {
    plan: planIn(saving.variables?.value ?? held.draft),
    text: saving.error ? text(saving.error) : "",
    rewards,
  });
  return { saving, held, faults, lacks: tried ? lacking(held.draft) : null, setTried };
}

interface Props {
  draft: Draft;
  faults: Faults;
  lacks: Lack | null;
  mayWrite: boolean;
  started: boolean;
  onChange: (change: Partial<Draft>) => void;
}

function Lines({ draft, faults, lacks, mayWrite, started, onChange }: Props) {
  const { t } = useTranslation();
  const says = useSays();
  const [opened, setOpened] = useState<string[]>([]);
  const lineOf = (key: string, title: string, icon: IconName, said: ReactNode) => ({
    title,
    icon,
    said,
    opened: opened.includes(key) || Object.keys(faults).some((path) => belongs(path, key)),
    onOpen: mayWrite ? () => setOpened(toggled(opened, key)) : undefined,
  });
  const part = (key: string) => ({ draft, faults: within(faults, key), onChange });
  const own = { draft, faults, onChange };
  return (
    <ol>
      <Row {...lineOf("trigger", t("journey.begins"), "activity", says.trigger(draft.trigger))}>
        <TriggerFields
          trigger={draft.trigger}
          faults={within(faults, "trigger")}
          onChange={(trigger) => onChange(begunBy(trigger, draft))}
        />
      </Row>
      <Row {...lineOf("audience", t("journey.forWhom"), "segments", says.audience(draft.audience))}>
        <Audience {...part("audience")} />
      </Row>
      <Steps {...{ draft, faults, lacks, mayWrite, onChange, opened, setOpened }} />
      <Row {...lineOf("ends_when", t("journey.over"), "good", says.ends(draft.ends_when))}>
        <Ends {...own} />
      </Row>
      <Row {...lineOf("holdout", t("journey.measured"), "experiment", says.measure(planIn(draft)))}>
        <Measure {...own} fixed={started} />
      </Row>
      <Row {...lineOf("name", t("customer.name"), "journey", <bdi>{draft.name}</bdi>)}>
        <TextField
          label={t("customer.name")}
          required
          minLength={3}
          maxLength={255}
          value={draft.name}
          error={faults.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      </Row>
    </ol>
  );
}

function belongs(path: string, line: string): boolean {
  if (path === line || path.startsWith(`${line}.`)) return true;
  return line === "holdout" && path === "counts_days";
}
