import type { NavItem } from "../shell/nav";

/** The menu, from top to bottom. */
export const menu: readonly NavItem[] = [
  { to: "/", label: "nav.home", icon: "home" },
  { to: "/customers", label: "nav.customers", icon: "customers", scope: "customers:read" },
  { to: "/segments", label: "nav.segments", icon: "segments", scope: "customers:read" },
  { to: "/shop", label: "nav.shop", icon: "clock", scope: "program:read" },
  { to: "/orders", label: "nav.orders", icon: "orders", scope: "orders:read" },
  { to: "/activity", label: "nav.activity", icon: "activity", scope: "events:read" },
  { to: "/earning", label: "nav.earning", icon: "earning", scope: "program:read" },
  { to: "/rewards", label: "nav.rewards", icon: "rewards", scope: "program:read" },
  { to: "/stamp-cards", label: "nav.stampCards", icon: "stamp", scope: "program:read" },
  { to: "/counter", label: "nav.counter", icon: "counter", scope: "program:read" },
  { to: "/posters", label: "nav.posters", icon: "picture", scope: "program:read" },
  { to: "/tiers", label: "nav.tiers", icon: "tiers", scope: "program:read" },
  { to: "/campaigns", label: "nav.campaigns", icon: "campaign", scope: "program:read" },
  { to: "/journeys", label: "nav.journeys", icon: "journey", scope: "program:read" },
  { to: "/gamification", label: "game.badges", icon: "badge", scope: "program:read" },
  { to: "/referrals", label: "nav.referrals", icon: "referrals", scope: "program:read" },
  { to: "/experiments", label: "nav.experiments", icon: "experiment", scope: "program:read" },
  { to: "/on-site", label: "nav.onSite", icon: "site", scope: "program:read" },
  { to: "/messages", label: "nav.messages", icon: "message", scope: "program:read" },
  { to: "/settings", label: "nav.settings", icon: "settings" },
];
