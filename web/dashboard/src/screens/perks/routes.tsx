import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { restOfTexts } from "../../i18n";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/tiers/perks",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./list"), "Perks"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/tiers/perks/new",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./editor"), "NewPerk"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/tiers/perks/$perkId",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./editor"), "EditPerk"),
  }),
] as const;
