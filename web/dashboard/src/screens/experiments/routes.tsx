import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { restOfTexts } from "../../i18n";
import { frame } from "../../shell/routes";

const LONGEST_DAYS = 365;

interface Search {
  view?: "usage";
  days?: number;
  element?: string;
}

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/experiments",
    validateSearch: (search): Search => {
      const days = Math.trunc(Number(search.days));
      return {
        ...(search.view === "usage" ? { view: "usage" } : {}),
        ...(days > 0 && days <= LONGEST_DAYS ? { days } : {}),
        ...(typeof search.element === "string" ? { element: search.element } : {}),
      };
    },
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./screen"), "Experiments"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/experiments/new",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./editor"), "NewExperiment"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/experiments/$experimentId",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./detail"), "Experiment"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/experiments/$experimentId/edit",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./editor"), "EditExperiment"),
  }),
] as const;
