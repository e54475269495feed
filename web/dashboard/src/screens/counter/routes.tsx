import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { restOfTexts } from "../../i18n";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/counter",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./stampers"), "Stampers"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/counter/clerks",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./clerks"), "Clerks"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/counter/held",
    validateSearch: (search): { seen?: true } => (search.seen === true ? { seen: true } : {}),
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./held"), "HeldAndOdd"),
  }),
] as const;
