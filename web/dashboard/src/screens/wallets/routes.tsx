import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { restOfTexts } from "../../i18n";
import { frame } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/settings/wallets",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./screen"), "Wallets"),
  }),
] as const;
