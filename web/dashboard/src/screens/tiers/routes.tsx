import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/tiers",
    component: lazyRouteComponent(() => import("./screen"), "Tiers"),
  }),
] as const;
