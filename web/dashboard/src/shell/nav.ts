import type { Schemas } from "../api/client";
import type { IconName } from "../ui/icon";

/** A screen's line in the menu. */
export interface NavItem {
  to: string;
  /** Its key in the catalogues. */
  label: string;
  icon: IconName;
  /** Who lacks this doesn't see it. */
  scope?: Schemas["Scope"];
}
