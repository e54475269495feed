import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { restOfTexts } from "../../i18n";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/settings",
    component: lazyRouteComponent(() => import("./screen"), "Settings"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/settings/stores/$storeId",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./store-place"), "StorePlace"),
  }),
] as const;
