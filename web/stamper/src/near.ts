import type { Near, Program } from "./wire";

const PATIENCE_MS = 2_000;
/** Nobody carries the counter away within so long. */
const GOOD_FOR_MS = 5 * 60_000;

/**
 * Where this device is, for a program whose cards are stamped at the shop alone; otherwise nobody
 * asks. Undefined also where it can't be known: the installation then says what it makes of that.
 */
export async function nearFor(
  program: string | undefined,
  programs: readonly Program[] = [],
): Promise<Near | undefined> {
  const meant = programs.filter((it) => program === undefined || it.id === program);
  if (!meant.some((it) => it.distance_m !== null) || !navigator.geolocation) return undefined;
  return new Promise((found) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => found({ lat: coords.latitude, lon: coords.longitude }),
      () => found(undefined),
      { timeout: PATIENCE_MS, maximumAge: GOOD_FOR_MS },
    );
  });
}
