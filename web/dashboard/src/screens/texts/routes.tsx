import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { frame } from "../../shell/routes";

export const STATES = ["machine", "outdated", "reviewed", "mended"] as const;

/** What the list is narrowed to. All of it is in the address. */
export interface Search {
  language?: Language;
  part?: string;
  state?: (typeof STATES)[number];
  q?: string;
}

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/settings/texts",
    validateSearch: ({ language, part, state, q }: Record<string, unknown>): Search => ({
      ...(typeof language === "string" &&
        language in LANGUAGES && { language: language as Language }),
      ...(typeof part === "string" && part && { part }),
      ...(STATES.some((each) => each === state) && { state: state as (typeof STATES)[number] }),
      ...(q !== undefined && q !== "" && { q: String(q) }),
    }),
    component: lazyRouteComponent(() => import("./screen"), "Texts"),
  }),
] as const;
