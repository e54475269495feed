import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";
import type { Wanted } from "./data";

const TABS = ["points", "orders", "rewards", "cards", "messages", "consents", "activity"] as const;
export type Tab = (typeof TABS)[number];

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/customers",
    validateSearch: (search): Wanted => {
      if (search.q !== undefined && search.q !== "") return { q: String(search.q) };
      return {
        ...(search.tier ? { tier: String(search.tier) } : {}),
        ...(search.segment ? { segment: String(search.segment) } : {}),
      };
    },
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
