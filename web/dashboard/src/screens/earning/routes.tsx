import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/earning",
    component: lazyRouteComponent(() => import("./screen"), "Earning"),
  }),
] as const;
