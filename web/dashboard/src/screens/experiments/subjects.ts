import { useWords } from "./words";

/** What may be tried: the launcher. */
export function useSubjects(current: string): [string, string][] {
  const words = useWords();
  return [...new Set(["launcher", current])].map((each) => [each, words.element(each)]);
}
