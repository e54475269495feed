import { MutationCache, QueryClient } from "@tanstack/react-query";
import { hush } from "../ui/notice";
import { ProblemError } from "./problem";

const TRIES = 2;

/** For what is sent only to get something, a file or whose code this is. */
export const GETS = { gets: true };

/** What was asked already. A refusal is an answer and is not asked again; a lost connection is. */
export const queries = new QueryClient({
  // Whoever does the next thing is not offered to undo the one before.
  mutationCache: new MutationCache({
    onMutate: (_, { meta }) => {
      if (!meta?.gets) hush();
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) =>
        failures < TRIES && !(error instanceof ProblemError && error.problem.status < 500),
    },
    mutations: { retry: false },
  },
});
