import type { KeyboardEvent } from "react";

/** How far a key moves in a list. */
export const MOVES: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** The shortcut that was pressed, such as "a" or "ArrowUp"; null where somebody writes. */
export function wordOf(event: KeyboardEvent): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if ((event.target as Element).closest("input, textarea, select")) return null;
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  // Where the letters are others (Cyrillic, Arabic …) it is the key's place that counts.
  return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key;
}
