import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame, root } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/settings/staff",
    validateSearch: (search): { show?: "former" } =>
      search.show === "former" ? { show: "former" } : {},
    component: lazyRouteComponent(() => import("./screen"), "Staff"),
  }),
] as const;

/** For somebody who has no account yet. */
export const invitation = [
  createRoute({
    getParentRoute: () => root,
    path: "/invitation",
    component: lazyRouteComponent(() => import("./invitation"), "Invitation"),
  }),
] as const;
