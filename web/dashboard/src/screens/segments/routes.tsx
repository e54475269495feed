import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/segments",
    component: lazyRouteComponent(() => import("./screen"), "Segments"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/segments/$segment",
    component: lazyRouteComponent(() => import("./one"), "OneSegment"),
  }),
] as const;
