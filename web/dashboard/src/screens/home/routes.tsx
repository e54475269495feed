import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/",
    component: lazyRouteComponent(() => import("./screen"), "Home"),
  }),
] as const;
