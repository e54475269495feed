import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

const STATES = ["issued", "used", "expired", "cancelled"] as const;
export type State = (typeof STATES)[number];

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/rewards",
    component: lazyRouteComponent(() => import("./catalogue"), "Rewards"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/rewards/redemptions",
    validateSearch: (search): { state?: State; reward?: string } => {
      const state = STATES.find((each) => each === search.state);
      return {
        ...(state ? { state } : {}),
        ...(typeof search.reward === "string" ? { reward: search.reward } : {}),
      };
    },
    component: lazyRouteComponent(() => import("./redemptions"), "Redemptions"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/rewards/new",
    validateSearch: (search): { example?: number } =>
      typeof search.example === "number" ? { example: search.example } : {},
    component: lazyRouteComponent(() => import("./editor"), "NewReward"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/rewards/$rewardId",
    component: lazyRouteComponent(() => import("./editor"), "EditReward"),
  }),
] as const;
