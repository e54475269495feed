/**
 * Which colours can be read on which, while somebody chooses one.
 *
 * Contrast is that of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). What is saved
 * comes with the same from the server, see `loyalnest/branding/rules.py`.
 */
export const READABLE = 4.5;
export const PAPER = "#ffffff";
const NIGHT = "#1f2020";
const WHITE = "#ffffff";
const BLACK = "#000000";
const MOST = 255;

export interface Palette {
  colour: string;
  /** Of text on the colour. */
  onColour: string;
  onColourContrast: number;
  /** For text on white: the colour, or the lightest of its shades that can be read. */
  text: string;
  textInDark: string;
  /** Of the colour itself as text on white. */
  asTextContrast: number;
}

/** From 1 for the same to 21 for black and white. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** What goes with a colour, written `#rrggbb`. */
export function paletteOf(colour: string): Palette {
  const onColour = contrast(WHITE, colour) >= READABLE ? WHITE : BLACK;
  return {
    colour,
    onColour,
    onColourContrast: told(contrast(onColour, colour)),
    text: nearest(colour, PAPER, (channel, step) => (channel * (MOST - step)) / MOST),
    textInDark: nearest(
      colour,
      NIGHT,
      (channel, step) => channel + ((MOST - channel) * step) / MOST,
    ),
    asTextContrast: told(contrast(colour, WHITE)),
  };
}

/** A colour as it is kept, from what somebody wrote; null while it is none. */
export function colourIn(text: string): string | null {
  const found = /^#?([0-9a-f]{6})$/i.exec(text.trim());
  return found?.[1] ? `#${found[1].toLowerCase()}` : null;
}

function nearest(
  colour: string,
  page: string,
  moved: (channel: number, step: number) => number,
): string {
  for (let step = 0; step < MOST; step++) {
    const candidate = written(channels(colour).map((channel) => Math.floor(moved(channel, step))));
    if (contrast(candidate, page) >= READABLE) return candidate;
  }
  return written(channels(colour).map((channel) => moved(channel, MOST)));
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) => {
    const share = channel / MOST;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16));
}

function written(values: number[]): string {
  return `#${values.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** Rounded down, so that what is told to reach a limit does. */
function told(ratio: number): number {
  return Math.floor(ratio * 10) / 10;
}
