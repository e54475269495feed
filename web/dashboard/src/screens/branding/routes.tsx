import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/settings/branding",
    component: lazyRouteComponent(() => import("./screen"), "Branding"),
  }),
] as const;
