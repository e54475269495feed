/** The words a referral's life is told in. */
export const STATUSES = ["pending", "completed", "expired", "rejected"] as const;
export type Status = (typeof STATUSES)[number];

export const MARKS = ["address", "card", "device", "ip"] as const;
