import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { restOfTexts } from "../../i18n";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { frame } from "../../shell/routes";

export const CHANNELS = ["email", "sms", "whatsapp"] as const;
export type Channel = (typeof CHANNELS)[number];

/** Which template of an occasion is open, and in which other language it is seen beside it. */
export interface Search {
  channel?: Channel;
  language?: Language;
  beside?: Language;
}

const spoken = (tag: unknown): tag is Language => typeof tag === "string" && tag in LANGUAGES;

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/messages",
    beforeLoad: () => {
      throw redirect({ to: "/messages/templates", replace: true });
    },
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/messages/templates",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./list"), "Templates"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/messages/templates/$occasion",
    validateSearch: ({ channel, language, beside }: Record<string, unknown>): Search => ({
      ...(CHANNELS.some((each) => each === channel) && { channel: channel as Channel }),
      ...(spoken(language) && { language }),
      ...(spoken(beside) && { beside }),
    }),
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./screen"), "Template"),
  }),
] as const;
