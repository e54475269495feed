import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";
import { FILTERS, type Filter } from "./words";

const VIEWS = ["review", "rules"] as const;
export type View = (typeof VIEWS)[number];

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/referrals",
    validateSearch: (search): { view?: View; status?: Filter; days?: number } => {
      const view = VIEWS.find((each) => each === search.view);
      const status = FILTERS.find((each) => each === search.status);
      const days = Number(search.days);
      return {
        ...(view ? { view } : {}),
        ...(status ? { status } : {}),
        ...(days >= 1 && days <= 3650 ? { days: Math.trunc(days) } : {}),
      };
    },
    component: lazyRouteComponent(() => import("./screen"), "Referrals"),
  }),
] as const;
