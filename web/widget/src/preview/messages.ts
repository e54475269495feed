import type { Config } from "../types";

/** What is to be seen: a page of a shop, and who looks at it in which light. */
export interface Scene {
  /** As the server would tell it, with what is not saved yet. */
  config: Config;
  page: "home" | "product" | "cart" | "thanks" | "account";
  who: "guest" | "member";
  light: "light" | "dark";
  /** Whether the panel stands open from the start. */
  open: boolean;
}

/** What the page around a preview tells it. */
export type ToPreview = { kind: "show"; scene: Scene };

/** What a preview tells the page around it: that it listens, and that something else is shown. */
export type FromPreview = { kind: "ready" } | { kind: "shown" };
