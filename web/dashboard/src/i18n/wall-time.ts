/** Wall-clock times of a place, as a form field takes them ("2026-11-27T09:30"), and instants. */

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

/** What the clocks of the place show at an instant. */
export function wallTime(instant: string, zone: string): string {
  const at = Date.parse(instant);
  return new Date(at + offset(at, zone)).toISOString().slice(0, 16);
}

/**
 * The instant at which the clocks of the place show this time.
 *
 * Of the two when the clocks are put back it is the first; a time that is skipped when they are put
 * forward is as much later. An instant `before` that the clocks show as this very time is kept, to
 * the second.
 */
export function instantOf(wall: string, zone: string, before?: string | null): string {
  if (before && wallTime(before, zone) === wall) return before;
  const asUtc = Date.parse(`${wall}Z`);
  const [earlier, later] = [offset(asUtc - DAY_MS, zone), offset(asUtc + DAY_MS, zone)];
  const [early, late] = [asUtc - earlier, asUtc - later];
  const exists = offset(early, zone) === earlier || offset(late, zone) !== later;
  return new Date(exists ? early : late).toISOString();
}

/** How far the clocks of a place are ahead of UTC at an instant, in milliseconds. */
function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const shown = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"));
  return shown - Math.floor(at / MINUTE_MS) * MINUTE_MS;
}
