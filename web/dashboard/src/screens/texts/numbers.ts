import { useMemo } from "react";
import { useFormat } from "../../i18n/format";

const SHOWN = 4;
// Every form of every language has some of these.
const COUNTS = [...Array(31).keys(), 100, 101, 102, 103, 111, 1_000_000, 1.5];

/** Some of the numbers that a language says in a form: "1, 21, 31". */
export function useNumbersOf(language: string): (form: string) => string {
  const format = useFormat();
  return useMemo(() => {
    const rules = new Intl.PluralRules(language);
    return (form) => {
      const all = COUNTS.filter((count) => rules.select(count) === form);
      const shown = all.slice(0, SHOWN).map(format.number).join(", ");
      return all.length > SHOWN ? `${shown} …` : shown;
    };
  }, [language, format]);
}
