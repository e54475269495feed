import { createRouter } from "@tanstack/react-router";
import { inside, outside } from "./screens";
import { frame, root } from "./shell/routes";
import { Failed, Loading } from "./ui/states";

const tree = root.addChildren([...outside, frame.addChildren([...inside])]);

export const router = createRouter({
  routeTree: tree,
  basepath: "/dashboard",
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ error, reset }) => <Failed error={error} onRetry={reset} />,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
