/** The words a referral's life is told in. */
export const STATUSES = ["pending", "completed", "expired", "rejected"] as const;
/** What the list of referrals can be narrowed to. */
export const FILTERS = [...STATUSES, "owed"] as const;
export type Filter = (typeof FILTERS)[number];
export type Status = (typeof STATUSES)[number];

export const MARKS = ["address", "card", "device", "ip"] as const;
