import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { restOfTexts } from "../../i18n";
import { frame } from "../../shell/routes";
import { isDay } from "../activity/routes";
import { CHANNELS, type Channel } from "../messages/routes";

export const STATES = [
  "waiting",
  "held",
  "queued",
  "sent",
  "delivered",
  "read",
  "failed",
  "dropped",
  "in_doubt",
] as const satisfies readonly Schemas["DeliveryView"]["state"][];
export type State = (typeof STATES)[number];

/** What the list is narrowed to, as the address says it. */
export interface Filters {
  state?: State;
  channel?: Channel;
  occasion?: string;
  sender?: string;
  customer?: string;
  from?: string;
  to?: string;
}

const TEXTS = ["occasion", "sender", "customer"] as const;
const DAYS = ["from", "to"] as const;

export const routes = [
  createRoute({
    getParentRoute: () => frame,
    path: "/messages/deliveries",
    loader: restOfTexts,
    validateSearch: (search): Filters => {
      const state = STATES.find((each) => each === search.state);
      const channel = CHANNELS.find((each) => each === search.channel);
      const texts = TEXTS.filter((name) => search[name] && typeof search[name] === "string");
      const days = DAYS.filter((name) => isDay(search[name]));
      return {
        ...(state && { state }),
        ...(channel && { channel }),
        ...Object.fromEntries([...texts, ...days].map((name) => [name, search[name]])),
      };
    },
    component: lazyRouteComponent(() => import("./screen"), "Deliveries"),
  }),
  createRoute({
    getParentRoute: () => frame,
    path: "/messages/deliveries/$messageId",
    loader: restOfTexts,
    component: lazyRouteComponent(() => import("./detail"), "OneDelivery"),
  }),
] as const;
