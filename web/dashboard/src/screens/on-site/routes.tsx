import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { restOfTexts } from "../../i18n";
import { frame } from "../../shell/routes";

const STATES = ["active", "draft", "paused", "archived"] as const;
export type Shown = (typeof STATES)[number];

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/on-site",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./widget"), "Widget"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/on-site/nudges",
    validateSearch: (search): { state?: Shown } => {
      const state = STATES.find((each) => each === search.state);
      return state ? { state } : {};
    },
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./nudges"), "Nudges"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/on-site/nudges/new",
    validateSearch: (search): { like?: string } =>
      typeof search.like === "string" ? { like: search.like } : {},
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./nudge"), "NewNudge"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/on-site/nudges/$nudgeId",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./nudge"), "EditNudge"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/on-site/addresses",
    validateSearch: (search): { nudge?: string } =>
      typeof search.nudge === "string" ? { nudge: search.nudge } : {},
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./addresses"), "Addresses"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/on-site/pages",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./pages"), "Pages"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/on-site/pages/$page",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./page"), "EditPage"),
  }),
] as const;
