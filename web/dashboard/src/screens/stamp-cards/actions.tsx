import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { tell, warn } from "../../ui/notice";
import { type Program, programQuery, programsQuery, type State, saveProgram } from "./data";

/** What can be done with a card program where it stands; all of it can be taken back. */
export function Actions({ program }: { program: Program }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const become = useBecome();
  if (!mayWrite) return null;
  const name = program.terms.name;
  const step = (title: string, state: State, told: string, kind: "plain" | "primary" = "plain") => (
    <Button
      key={state}
      kind={kind}
      disabled={become.isPending}
      onClick={() => become.mutate({ program, state, told })}
    >
      {title}
    </Button>
  );
  if (program.state === "archived") {
    return step(t("reward.bringBack"), "paused", t("reward.back", { name }));
  }
  return (
    <>
      {step(t("reward.archive"), "archived", t("reward.archived", { name }))}
      {program.state === "active"
        ? step(t("campaign.pause"), "paused", t("stampCard.pausedNow"))
        : step(
            t(program.state === "paused" ? "campaign.resume" : "campaign.start"),
            "active",
            t("stampCard.runs"),
            "primary",
          )}
    </>
  );
}

interface Becoming {
  program: Program;
  state: State;
  told: string;
  /** It takes a change back, which is not offered to be taken back again. */
  final?: boolean;
}

function useBecome() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const text = useProblemText();
  const become = useMutation({
    mutationFn: ({ program, state }: Becoming) => saveProgram(program, program.terms, state),
    onSuccess: (saved, { program, told, final }) => {
      queries.setQueryData(programQuery(saved.id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: programsQuery.queryKey });
      if (final) return tell(told);
      const undone = { program: saved, state: program.state, told: t("adjust.undone") };
      tell(told, () => become.mutate({ ...undone, final: true }));
    },
    onError: (error, { program }) => {
      warn(text(error));
      void queries.invalidateQueries({ queryKey: programQuery(program.id).queryKey });
    },
  });
  return become;
}
