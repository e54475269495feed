import { directionOf, type Language, ours } from "../../dashboard/src/i18n/languages";
import { choose, recall } from "./choices";

export { LANGUAGES, type Language } from "../../dashboard/src/i18n/languages";

interface Catalogue {
  own: Record<string, string>;
  problem: Record<string, string>;
}

const files = import.meta.glob<Catalogue>("../../../locales/*.json", {
  import: "default",
  query: "?counter",
});
let spoken: Language = "en";
let texts: Catalogue = { own: {}, problem: {} };

export const language = (): Language => spoken;
export const isRightToLeft = (): boolean => directionOf(spoken) === "rtl";

/** Speak the language that was chosen here, else the browser's, else English. */
export async function startSpeaking(): Promise<void> {
  const wanted = [recall("language"), ...navigator.languages].flatMap(
    (tag) => (tag && ours(tag)) || [],
  );
  for (const each of [...new Set<Language>([...wanted, "en"])]) {
    if (await speak(each).catch(() => false)) return;
  }
}

export async function chooseLanguage(wanted: Language): Promise<void> {
  choose("language", wanted);
  await speak(wanted);
}

async function speak(wanted: Language): Promise<boolean> {
  const found = await files[`../../../locales/${wanted}.json`]?.();
  if (!found) return false;
  [spoken, texts] = [wanted, found];
  document.documentElement.lang = wanted;
  document.documentElement.dir = isRightToLeft() ? "rtl" : "ltr";
  return true;
}

/** A text with what is filled in; `count` chooses the form of what is counted. */
export function say(
  name: string,
  filled: Record<string, string | number> = {},
  count?: number,
): string {
  const form = count === undefined ? "" : `_${new Intl.PluralRules(spoken).select(count)}`;
  const text = texts.own[name + form] ?? texts.own[`${name}_other`] ?? texts.own[name] ?? name;
  const all = count === undefined ? filled : { shown: number(count), ...filled };
  return text.replace(/\{\{(\w+)\}\}/g, (_, key) => {
    const told = `${(all as Record<string, string | number>)[key] ?? ""}`;
    // Names and numbers may be written the other way round: each keeps to itself.
    return isRightToLeft() ? `\u2068${told}\u2069` : told;
  });
}

/** Why something was refused, in our words where we have some, else in the installation's. */
export function reason(code: string | null | undefined, detail?: string | null): string {
  return (code && texts.problem[code]) || detail || say("failed");
}

export const number = (value: number): string => new Intl.NumberFormat(regional()).format(value);

/** Money as it is written here, with no decimals that say nothing. */
export const price = (amount: string, currency: string): string =>
  new Intl.NumberFormat(regional(), {
    ...{ style: "currency", currency, trailingZeroDisplay: "stripIfInteger" },
  } as Intl.NumberFormatOptions).format(Number(amount));

export function time(instant: string): string {
  const at = new Date(instant);
  const today = at.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(regional(), {
    ...(today ? {} : { dateStyle: "short" }),
    timeStyle: "short",
  }).format(at);
}

/** The reader's own variety of a language. */
function regional(): string {
  const wanted = `${spoken.toLowerCase()}-`;
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(wanted)) ?? spoken;
}
