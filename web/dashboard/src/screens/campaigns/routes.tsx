import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

const SHOWN = ["running", "planned", "paused", "ended"] as const;
export type Shown = (typeof SHOWN)[number];

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/campaigns",
    validateSearch: (search): { show?: Shown } => {
      const show = SHOWN.find((each) => each === search.show);
      return show ? { show } : {};
    },
    component: lazyRouteComponent(() => import("./list"), "Campaigns"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/campaigns/new",
    component: lazyRouteComponent(() => import("./editor"), "NewCampaign"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/campaigns/$campaignId",
    component: lazyRouteComponent(() => import("./detail"), "Campaign"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/campaigns/$campaignId/edit",
    component: lazyRouteComponent(() => import("./editor"), "EditCampaign"),
  }),
] as const;
