import { useTranslation } from "react-i18next";
import { problemOf } from "../api/problem";

/** A failure in the reader's language where we know it, in the server's own words otherwise. */
export function useProblemText(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  return (error) => {
    const { code, detail } = problemOf(error);
    // The server says more than a catalogue can, but only in English.
    if (i18n.language === "en" && code !== "NETWORK" && code !== "INTERNAL_ERROR") return detail;
    return i18n.exists(`problem.${code}`) ? t(`problem.${code}`) : detail;
  };
}
