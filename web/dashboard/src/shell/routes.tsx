import { createRootRoute, createRoute, Outlet, redirect } from "@tanstack/react-router";
import { accessToken } from "../api/session";
import { Notices } from "../ui/notice";
import { Frame } from "./frame";
import { NotFound } from "./not-found";

export const root = createRootRoute({
  component: () => (
    <>
      <Outlet />
      <Notices />
    </>
  ),
  notFoundComponent: NotFound,
});

/** Around every screen for people who signed in. Screens name it as their parent. */
export const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  component: Frame,
  beforeLoad: async ({ location }) => {
    if ((await accessToken()) === null) {
      throw redirect({
        to: "/sign-in",
        search: location.href === "/" ? {} : { next: location.href },
      });
    }
  },
});
