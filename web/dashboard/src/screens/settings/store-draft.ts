import type { Schemas } from "../../api/client";

export type Place = Schemas["PlaceView"];
export type PlaceSettings = Schemas["PlaceSettings"];

/** From when until when, as a form's fields take it: the next morning where it ends earlier. */
export interface Span {
  opens: string;
  closes: string;
}

export interface Draft {
  /** Whether anybody minds when it is open. */
  minded: boolean;
  /** By weekday, Monday first. */
  days: Span[][];
  latitude: string;
  longitude: string;
}

export const SPANS_AT_MOST = 3;
const WEEK = [0, 1, 2, 3, 4, 5, 6];
const USUAL: Span = { opens: "08:00", closes: "18:00" };
const PAIR = /^\s*(-?\d+(?:\.\d+)?)\s*[,;]\s*(-?\d+(?:\.\d+)?)\s*$/;

export function draftOf({ hours, latitude, longitude }: Place): Draft {
  const days = WEEK.map((day) =>
    (hours ?? [])
      .filter(({ weekday }) => weekday === day)
      .map(({ opens, closes }) => ({ opens: opens.slice(0, 5), closes: closes.slice(0, 5) }))
      .sort((one, other) => one.opens.localeCompare(other.opens)),
  );
  return {
    minded: hours != null,
    days,
    latitude: String(latitude ?? ""),
    longitude: String(longitude ?? ""),
  };
}

export function settingsOf({ minded, days, latitude, longitude }: Draft): PlaceSettings {
  return {
    hours: minded
      ? days.flatMap((spans, weekday) => spans.map((span) => ({ weekday, ...span })))
      : null,
    latitude: degrees(latitude),
    longitude: degrees(longitude),
  };
}

/** What a day has one more of: after its last hours, or what is usual. */
export function another(spans: readonly Span[]): Span {
  const last = spans.at(-1);
  return last && last.closes > last.opens ? { opens: last.closes, closes: "23:00" } : USUAL;
}

/** Latitude and longitude of what maps hand out as one, such as "52.52, 13.405". */
export function bothIn(text: string): Pick<Draft, "latitude" | "longitude"> | null {
  const [, latitude, longitude] = PAIR.exec(text) ?? [];
  return latitude && longitude ? { latitude, longitude } : null;
}

/** A number as people write it; null where there is none, NaN where it is none. */
export function degrees(text: string): number | null {
  return text.trim() ? Number(text.trim().replace(",", ".")) : null;
}
