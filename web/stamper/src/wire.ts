/** What the installation and a stamper say to each other. */

export interface Stage {
  count: number;
  name: string;
  reached?: boolean;
}

/** A reward that can be used, and the stage that brought it. */
export interface Due {
  id: string;
  name: string;
  count: number;
}

/** A card as the counter sees it. */
export interface CardView {
  card_id: string;
  program_id: string;
  program: string;
  number: string;
  name: string | null;
  collected: number;
  needed: number;
  debt: number;
  stages: Stage[];
  rewards: Due[];
  last_stamp_at: string | null;
  round: number;
  moves: number;
  void: boolean;
}

export interface Program {
  id: string;
  name: string;
  needed: number;
  stages: Stage[];
  most_at_once: number;
  /** How much money brings a stamp, where the program stamps by amount. */
  per_amount: string | number | null;
  cooldown_minutes: number;
  daily_limit: number | null;
  /** How far from the store its cards may be stamped. */
  distance_m: number | null;
}

/** A PIN as the device may know it: PBKDF2 with SHA-256, all base64url. */
export interface PinHash {
  salt: string;
  iterations: number;
  hash: string;
}

export interface Clerk {
  id: string;
  name: string;
  pin: PinHash;
}

/** What a device has to know, as of its last contact. */
export interface Me {
  server_time: string;
  merchant: {
    name: string;
    locale: string;
    time_zone: string;
    currency: string;
    /** How many decimals its amounts have; unknown to a device that has not asked since. */
    currency_digits?: number;
    colours: { colour: string; on_colour: string; text: string; text_in_dark: string };
    logo_url: string | null;
  };
  store: { id: string; name: string } | null;
  stamper: { id: string; name: string };
  programs: Program[];
  clerks: Clerk[];
  policy: { offline_hours: number; offline_stamps: number };
}

export interface Paired extends Me {
  stamper_id: string;
  token: string;
}

export interface Looked {
  cards: CardView[];
  must_confirm: boolean;
  reason: string | null;
}

/** Whose card is meant: by what was read, or by what is known of it. */
export type Whose = { code: string } | { id: string } | { number: string } | { phone: string };

/** Where a device is, in degrees. */
export interface Near {
  lat: number;
  lon: number;
}

/** What a clerk wants done. */
export type Wish =
  | {
      kind: "stamp";
      card: Whose;
      program?: string;
      count?: number;
      amount?: string;
      currency?: string;
      near?: Near;
      confirmed: boolean;
    }
  | { kind: "use"; card: Whose; reward: string; confirmed: boolean }
  | { kind: "undo"; card: Whose; undoes: number; reason: string; confirmed: boolean };

export interface Result {
  counter: number | null;
  outcome: "done" | "again" | "held" | "refused";
  code: string | null;
  detail: string | null;
  stamp_id: string | null;
  card: CardView | null;
}

export interface Recent {
  stamp_id: string;
  counter: number;
  at: string;
  count: number;
  card: CardView;
  undone: boolean;
}
