import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { restOfTexts } from "../../i18n";
import { frame } from "../../shell/routes";
import type { Wanted } from "./data";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/shop",
    validateSearch: (search): Wanted => {
      const day = (name: string) => {
        const given = String(search[name] ?? "");
        return DAY.test(given) ? { [name]: given } : {};
      };
      return {
        ...day("from"),
        ...day("to"),
        ...(search.store ? { store: String(search.store) } : {}),
      };
    },
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./screen"), "Shop"),
  }),
] as const;
