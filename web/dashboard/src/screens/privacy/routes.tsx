import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/customers/privacy",
    validateSearch: (search): { show?: "answered" } =>
      search.show === "answered" ? { show: "answered" } : {},
    component: lazyRouteComponent(() => import("./screen"), "PrivacyRequests"),
  }),
] as const;
