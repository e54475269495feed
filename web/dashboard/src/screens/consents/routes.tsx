import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { restOfTexts } from "../../i18n";
import { frame } from "../../shell/routes";
import { CHANNELS, REASONS, type Wanted } from "./data";

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/settings/messages",
    loader: restOfTexts,
    validateSearch: (search): Wanted => {
      if (search.view !== "addresses") return {};
      const channel = CHANNELS.find((each) => each === search.channel);
      const reason = REASONS.find((each) => each === search.reason);
      return {
        view: "addresses",
        ...(channel && { channel }),
        ...(reason && { reason }),
        ...(search.address ? { address: String(search.address) } : {}),
      };
    },
    component: lazyRouteComponent(() => import("./screen"), "Messages"),
  }),
] as const;
