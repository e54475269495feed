import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";

const VIEWS = ["deliveries", "failures"] as const;
export type View = (typeof VIEWS)[number];

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/activity",
    validateSearch: (search): { type?: string; view?: View } => {
      const view = VIEWS.find((each) => each === search.view);
      return {
        ...(typeof search.type === "string" ? { type: search.type } : {}),
        ...(view ? { view } : {}),
      };
    },
    component: lazyRouteComponent(() => import("./screen"), "Activity"),
  }),
] as const;
