import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

const VIEWS = ["challenges", "leaderboard"] as const;
export type View = (typeof VIEWS)[number];

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/gamification",
    validateSearch: (search): { view?: View; which?: "previous" } => {
      const view = VIEWS.find((each) => each === search.view);
      return {
        ...(view ? { view } : {}),
        ...(search.which === "previous" ? { which: search.which } : {}),
      };
    },
    component: lazyRouteComponent(() => import("./screen"), "Gamification"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/gamification/new",
    validateSearch: (search): { challenge?: true } =>
      search.challenge === true ? { challenge: true } : {},
    component: lazyRouteComponent(() => import("./editor"), "NewBadge"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/gamification/$badge",
    component: lazyRouteComponent(() => import("./detail"), "OneBadge"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/gamification/$badge/edit",
    component: lazyRouteComponent(() => import("./editor"), "EditBadge"),
  }),
] as const;
