import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { restOfTexts } from "../../i18n";
import { frame } from "../../shell/routes";

export type State = Schemas["JourneyView"]["state"];
export const STATES = ["draft", "active", "paused", "ended"] as const satisfies readonly State[];
const VIEWS = ["plan", "customers"] as const;

export interface Search {
  view?: (typeof VIEWS)[number];
  underWay?: true;
}

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/journeys",
    validateSearch: (search): { show?: State } => {
      const show = STATES.find((each) => each === search.show);
      return show ? { show } : {};
    },
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./list"), "Journeys"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/journeys/new",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./begin"), "NewJourney"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/journeys/$journeyId",
    validateSearch: (search): Search => {
      const view = VIEWS.find((each) => each === search.view);
      return { ...(view && { view }), ...(search.underWay === true && { underWay: true }) };
    },
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./screen"), "Journey"),
  }),
] as const;
