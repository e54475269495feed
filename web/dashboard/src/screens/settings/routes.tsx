import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/settings",
    component: lazyRouteComponent(() => import("./screen"), "Settings"),
  }),
] as const;
