import { useQuery } from "@tanstack/react-query";
import { nudgesQuery } from "./data";
import { useWords } from "./words";

/** What may be tried: the launcher, and every nudge that everybody may meet. */
export function useSubjects(current: string): [string, string][] {
  const words = useWords();
  const nudges = useQuery(nudgesQuery).data?.items ?? [];
  const open = nudges.filter(({ state, terms }) => state !== "archived" && !terms.tiers?.length);
  const names = ["launcher", ...open.map(({ id }) => `nudge:${id}`), current];
  return [...new Set(names)].map((each) => [each, words.element(each)]);
}
