import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { restOfTexts } from "../../i18n";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/stamp-cards",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./list"), "StampCards"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/stamp-cards/new",
    validateSearch: (search): { start?: number } =>
      typeof search.start === "number" ? { start: search.start } : {},
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./editor"), "NewStampCard"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/stamp-cards/$programId",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./editor"), "EditStampCard"),
  }),
] as const;
