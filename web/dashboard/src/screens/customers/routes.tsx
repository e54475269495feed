import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

const TABS = ["points", "orders", "activity"] as const;
export type Tab = (typeof TABS)[number];

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/customers",
    validateSearch: (search): { q?: string } =>
      search.q === undefined || search.q === "" ? {} : { q: String(search.q) },
    component: lazyRouteComponent(() => import("./list"), "Customers"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/customers/same",
    component: lazyRouteComponent(() => import("./candidates"), "Candidates"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/customers/$customerId",
    validateSearch: (search): { tab?: Tab } => {
      const tab = TABS.find((each) => each === search.tab);
      return tab ? { tab } : {};
    },
    component: lazyRouteComponent(() => import("./detail"), "Customer"),
  }),
] as const;
