import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../api/client";
import { type Catalogue, say } from "./index";

const ONCE_MS = 10 * 60_000;

/**
 * What this merchant says in its own words is shown as soon as it is known, until somebody signs
 * out. Where it can't be fetched, all is said as it came.
 */
export function useOwnWords(): void {
  const language = useTranslation().i18n.language;
  const words = useQuery({
    queryKey: ["texts", "mended", language],
    queryFn: () =>
      read<Catalogue>(
        api.GET("/v1/api/texts/{language}/mended", { params: { path: { language } } }),
      ),
    staleTime: ONCE_MS,
  }).data;
  useEffect(() => {
    if (!words || Object.keys(words).length === 0) return;
    say(language, words);
    return () => say(language, {});
  }, [language, words]);
}
