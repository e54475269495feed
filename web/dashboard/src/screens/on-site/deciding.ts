import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useProblemText } from "../../i18n/problems";
import { tell, warn } from "../../ui/notice";
import { type Nudge, nudgeQuery, saveNudge } from "./data";

type State = Nudge["state"];

/** What is drafted, switched on and off, and put away. */
interface Content {
  id: string;
  version: number;
  state: State;
  terms: { name: string };
}

interface Decision<T> {
  it: T;
  state: State;
  /** It takes a decision back, which is not offered to be taken back again. */
  final?: boolean;
}

/** On, off, into the archive and out of it: nothing but the state changes, and the way back stays. */
export function useDeciding<T extends Content>(
  save: (it: T, terms: T["terms"], state: State) => Promise<T>,
  one: (id: string) => { queryKey: QueryKey },
  all: QueryKey,
) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const problem = useProblemText();
  const told = (state: State) =>
    state === "active" ? "site.isOn" : state === "archived" ? "reward.archived" : "site.isOff";
  const deciding = useMutation({
    mutationFn: ({ it, state }: Decision<T>) => save(it, it.terms, state),
    onSuccess: (saved, { it, state, final }) => {
      queries.setQueryData(one(saved.id).queryKey, saved);
      void queries.invalidateQueries({ queryKey: all });
      if (final) return tell(t("adjust.undone"));
      tell(t(told(state), { name: saved.terms.name }), () =>
        deciding.mutate({ it: saved, state: it.state, final: true }),
      );
    },
    onError: (error) => {
      void queries.invalidateQueries({ queryKey: all });
      warn(problem(error));
    },
  });
  return deciding;
}

export const useDecide = () => useDeciding(saveNudge, nudgeQuery, ["on-site", "nudges"]);
