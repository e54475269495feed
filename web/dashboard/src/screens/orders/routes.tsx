import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/orders",
    validateSearch: (search): { waiting?: true } => (search.waiting ? { waiting: true } : {}),
    component: lazyRouteComponent(() => import("./list"), "Orders"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/orders/$orderId",
    component: lazyRouteComponent(() => import("./detail"), "Order"),
  }),
] as const;
