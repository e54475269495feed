import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Select } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import { Failed, Loading } from "../../ui/states";
import { switchesQuery } from "./data";

export type State = Schemas["Switch"];
const PARTS = ["program", "orders", "campaigns", "referrals", "gamification", "nudges"] as const;
export type Part = (typeof PARTS)[number];

/** What each state is called, in the order of the list. */
export function useStates(): [State, string][] {
  const { t } = useTranslation();
  return [
    ["on", t("switches.on")],
    ["paused", t("switches.paused")],
    ["off", t("switches.off")],
  ];
}

export interface Change {
  part: Part;
  state: State;
}

/** What runs, and what a pause means. A stop is confirmed; every change can be taken back. */
export function Switches({ disabled, unsaved }: { disabled: boolean; unsaved: boolean }) {
  const { t } = useTranslation();
  const query = useQuery(switchesQuery);
  const [asked, setAsked] = useState<Change | null>(null);
  const change = useChange();
  const found = query.data?.items ?? [];
  return (
    <Card flush title={t("switches.title")}>
      {query.isPending ? (
        <Loading />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <ul>
          {PARTS.map((part) => {
            const it = found.find((each) => each.switch === part);
            return (
              it && (
                <Row
                  key={part}
                  part={part}
                  it={it}
                  disabled={disabled || unsaved || change.isPending}
                  onState={(state) =>
                    state === "on" ? change.mutate({ part, state }) : setAsked({ part, state })
                  }
                />
              )
            );
          })}
        </ul>
      )}
      {unsaved && (
        <p className="border-t border-line px-4 py-3 text-muted">{t("switches.unsaved")}</p>
      )}
      {asked && (
        <Question
          asked={asked}
          onClose={() => setAsked(null)}
          onYes={() => {
            change.mutate(asked);
            setAsked(null);
          }}
        />
      )}
    </Card>
  );
}

interface RowProps {
  part: Part;
  it: Schemas["SwitchView"];
  disabled: boolean;
  onState: (state: State) => void;
}

function Row({ part, it, disabled, onState }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = t(`switches.${part}`);
  const text = useMeaning({ part, state: it.state });
  return (
    <li className="grid gap-x-4 gap-y-2 border-t border-line px-4 py-3 first:border-0 sm:grid-cols-[1fr_9rem] sm:items-center">
      <div className="min-w-0">
        <p className="font-medium">{name}</p>
        {text && <p className="text-muted">{text}</p>}
        {it.state !== "on" && (
          <p className="text-xs text-muted">
            {t("switches.since", { date: format.instant(it.since) })}
          </p>
        )}
      </div>
      <Select
        bare
        label={name}
        value={it.state}
        options={useStates()}
        disabled={disabled}
        onValue={onState}
      />
    </li>
  );
}

function Question({
  asked: { part, state },
  onClose,
  onYes,
}: {
  asked: Change;
  onClose: () => void;
  onYes: () => void;
}) {
  const { t } = useTranslation();
  const stated = new Map(useStates()).get(state);
  return (
    <Dialog
      open
      title={`${t(`switches.${part}`)}: ${stated}`}
      text={useMeaning({ part, state })}
      onClose={onClose}
    >
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" onClick={onYes}>
          {stated}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** What it means that a part is in a state; nothing where a part simply runs. */
export function useMeaning({ part, state }: Change): string | undefined {
  const { t } = useTranslation();
  if (part === "program") return t(`switches.program_${state}`);
  return state === "on" ? undefined : t(`switches.${part}_stopped`);
}

function useChange() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const put = ({ part, state }: Change) =>
    read(
      api.PUT("/v1/api/program/switches/{switch}", {
        params: { path: { switch: part } },
        body: { state },
      }),
    );
  const undo = useMutation({
    mutationFn: put,
    onSettled: () => queries.invalidateQueries({ queryKey: ["program"] }),
    onError: (error) => warn(problem(error)),
  });
  return useMutation({
    mutationFn: async (change: Change) => {
      const before = queries.getQueryData(switchesQuery.queryKey);
      await put(change);
      return before?.items.find((each) => each.switch === change.part)?.state;
    },
    onSuccess: async (before, { part }) => {
      tell(
        t("earning.saved"),
        before === undefined ? undefined : () => undo.mutate({ part, state: before }),
      );
      await queries.invalidateQueries({ queryKey: ["program"] });
    },
    onError: (error) => warn(problem(error)),
  });
}
