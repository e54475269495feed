import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { restOfTexts } from "../../i18n";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/posters",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./screen"), "Posters"),
  }),
] as const;
