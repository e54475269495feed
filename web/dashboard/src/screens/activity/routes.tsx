import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { frame } from "../../shell/routes";
import type { Filters } from "./data";

const VIEWS = ["deliveries", "failures"] as const;
export type View = (typeof VIEWS)[number];

const TEXTS = ["type", "customer", "store"] as const;
const DAYS = ["from", "to"] as const;

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/activity",
    validateSearch: (search): Filters & { view?: View } => {
      const view = VIEWS.find((each) => each === search.view);
      const texts = TEXTS.filter((name) => search[name] && typeof search[name] === "string");
      const days = DAYS.filter((name) => isDay(search[name]));
      return {
        ...Object.fromEntries([...texts, ...days].map((name) => [name, search[name]])),
        ...(view ? { view } : {}),
      };
    },
    component: lazyRouteComponent(() => import("./screen"), "Activity"),
  }),
] as const;

export function isDay(value: unknown): boolean {
  return (
    typeof value === "string" &&
    /^\d{4}-\d{2}-\d{2}$/.test(value) &&
    !Number.isNaN(Date.parse(`${value}T00:00Z`))
  );
}
