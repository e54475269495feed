import { useTranslation } from "react-i18next";
import { problemOf } from "../api/problem";

/** What kind of refusal a status is, for codes that no catalogue has a text of their own for. */
const KINDS: Record<number, string> = {
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "CONFLICT",
  429: "RATE_LIMITED",
  503: "UNAVAILABLE",
};

/** A failure in the reader's language: what we know of its code; or what kind of refusal it is, and
 * the server's own words, which are English. */
export function useProblemText(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  return (error) => {
    const { code, detail, status } = problemOf(error);
    // The server says more than a catalogue can, but only in English.
    if (i18n.language === "en" && code !== "NETWORK" && code !== "INTERNAL_ERROR") return detail;
    if (i18n.exists(`problem.${code}`)) return t(`problem.${code}`);
    return `${t(`problem.${KINDS[status] ?? "INVALID"}`)} ${detail}`;
  };
}
