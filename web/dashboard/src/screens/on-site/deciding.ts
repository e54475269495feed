import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useProblemText } from "../../i18n/problems";
import { tell, warn } from "../../ui/notice";
import { type Nudge, nudgeQuery, saveNudge } from "./data";

interface Decision {
  nudge: Nudge;
  state: Nudge["state"];
  /** It takes a decision back, which is not offered to be taken back again. */
  final?: boolean;
}

/** On, off, into the archive and out of it: nothing but the state changes, and the way back stays. */
export function useDecide() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const problem = useProblemText();
  const told = (state: Nudge["state"]) =>
    state === "active" ? "site.isOn" : state === "archived" ? "reward.archived" : "site.isOff";
  const deciding = useMutation({
    mutationFn: ({ nudge, state }: Decision) => saveNudge(nudge, nudge.terms, state),
    onSuccess: (saved, { nudge, state, final }) => {
      queries.setQueryData(nudgeQuery(saved.id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: ["on-site", "nudges"] });
      if (final) return tell(t("adjust.undone"));
      tell(t(told(state), { name: saved.terms.name }), () =>
        deciding.mutate({ nudge: saved, state: nudge.state, final: true }),
      );
    },
    onError: (error) => {
      void queries.invalidateQueries({ queryKey: ["on-site", "nudges"] });
      warn(problem(error));
    },
  });
  return deciding;
}
