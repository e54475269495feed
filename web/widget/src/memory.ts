import type { Mounted } from "./types";

/** What this browser remembers for one shop, if it may remember at all. */
export interface Memory {
  /** A friend's code, and when it came along. */
  ref?: { code: string; at: number; carted?: boolean };
  /** When each nudge was shown. */
  shown?: Record<string, number[]>;
  /** Nudges that have done what they were for. */
  done?: string[];
  /** Only with consent. */
  visitor?: string;
}

const nameOf = (it: Mounted) => `loyalnest:${it.config.shop}`;

export function recall(it: Mounted): Memory {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(nameOf(it)) ?? "{}");
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return {};
  }
}

/** Keep what a change makes of it; a browser that keeps nothing forgets, and that is all. */
export function remember(it: Mounted, change: (memory: Memory) => void): void {
  const memory = recall(it);
  change(memory);
  try {
    if (memory.visitor || memory.ref || memory.shown || memory.done) {
      localStorage.setItem(nameOf(it), JSON.stringify(memory));
    } else {
      localStorage.removeItem(nameOf(it));
    }
  } catch {
    // Storage is full or forbidden.
  }
}

const KEPT_MS = 30 * 86_400_000;

/** The code of the friend who sent somebody here within the last 30 days. */
export function friendsCode(it: Mounted): string | undefined {
  const ref = recall(it).ref;
  return ref && Date.now() - ref.at < KEPT_MS ? ref.code : undefined;
}
