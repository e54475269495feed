import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { accessToken } from "../../api/session";
import { root } from "../../shell/routes";

export const routes = [
  createRoute({
    getParentRoute: () => root,
    path: "/sign-in",
    validateSearch: (search): { next?: string } =>
      typeof search.next === "string" && /^\/(?![/\\])/.test(search.next)
        ? { next: search.next }
        : {},
    beforeLoad: async ({ search }) => {
      const signedIn = await accessToken().catch(() => null);
      if (signedIn !== null) throw redirect({ to: search.next ?? "/" });
    },
    component: lazyRouteComponent(() => import("./screen"), "SignIn"),
  }),
] as const;
