import type { Session } from "./session";

/** What the pieces hand to each other. The loader knows these types and loads none of the code. */

export interface Gift {
  points: number;
  reward: string | null;
}

export interface Nudge {
  id: string;
  /** Of its words: what somebody agrees to is what they have read. */
  version: number;
  kind: "sticky_bar" | "popup" | "email_capture" | "discount_banner" | "after_purchase" | "note";
  where: string[];
  audience: "guest" | "member" | "anyone";
  after_s: number;
  cap: { times: number; days: number };
  words: { title: string; text?: string; button?: string; consent?: string; thanks?: string };
  link: string | null;
  code: string | null;
}

export interface Experiment {
  key: string;
  /** `launcher`, or `nudge:` and the nudge's id. */
  subject: string;
  share: number;
  variants: { key: string; weight: number; changes: Record<string, string> }[];
}

export interface Badge {
  key: string;
  name: string;
  description: string | null;
}

export interface Earning {
  action: string;
  points?: number;
  /** Points for each unit of money, by currency. */
  per?: Record<string, string>;
  /** The same for every other currency. */
  otherwise?: string;
  rounding?: "down" | "nearest" | "up";
}

export interface Reward {
  id: string;
  name: string;
  description: string;
  cost: number;
}

/** What the merchant shows to everybody: `GET /v1/api/widget/config`. */
export interface Config {
  shop: string;
  language: string;
  direction: "ltr" | "rtl";
  currency: string;
  brand: {
    name: string;
    logo: { url: string; width: number; height: number } | null;
    corners: "square" | "rounded" | "round";
    palette: { colour: string; on_colour: string; text: string; text_in_dark: string };
  };
  unit: Record<string, string>;
  switches: { program: string; referrals: string; nudges: string };
  widget: {
    enabled: boolean;
    side: "start" | "end";
    phones: boolean;
    pages: { account: string; register: string; cart: string; loyalty: string | null };
  };
  points: { product: boolean; cart: boolean; thanks: boolean; calculator: boolean };
  earn: Earning[];
  rewards: Reward[];
  tiers: { key: string; name: string; threshold: string; basis: string }[];
  referral: { enabled: boolean; friend_gets: Gift; you_get: Gift };
  badges: Badge[];
  nudges: Nudge[];
  /** Whether members on some tiers are told more of them. */
  nudges_for_tiers: boolean;
  experiments: Experiment[];
  texts: Record<string, string>;
}

/** What a page says of itself, by the script's `data-` attributes or in `LoyalNest.mount()`. */
export interface Options {
  shop?: string | undefined;
  /** Where the page's own server answers who is signed in; or who it is, of a preview. */
  session?: string | Session | undefined;
  page?: string | undefined;
  language?: string | undefined;
  consent?: "granted" | "denied" | undefined;
  /** Show this instead of what the server says. */
  config?: Config;
  /** Somebody looks what there will be: what waits for a visitor to leave speaks up at once. */
  preview?: boolean;
}

/** One mounting, from `mount()` to `destroy()`. */
export interface Mounted {
  options: Options;
  config: Config;
  /** Where the API is, with a slash behind it. */
  api: string;
  host: HTMLElement;
  root: ShadowRoot;
  /** Ends with `destroy()`. */
  ends: AbortSignal;
  open: () => void;
  /** Ask anew for all that is shown. */
  refresh: () => void;
  /** What the pieces keep as long as this one stands. */
  kept: Map<string, unknown>;
}
