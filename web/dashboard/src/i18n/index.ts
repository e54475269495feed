import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { remember, remembered } from "../shell/remembered";
import { chosenFrom, directionOf, LANGUAGES, type Language } from "./languages";

/** Section → name → words. */
export type Catalogue = Record<string, Record<string, string>>;
type Files = Record<string, () => Promise<Catalogue>>;

const CHOICE = "loyalnest.language";
// What each half holds is settled in `catalogues.ts`, beside the build.
const begins: Files = import.meta.glob<Catalogue>("../../../../locales/*.json", {
  import: "default",
  query: "?first",
});
const rests: Files = import.meta.glob<Catalogue>("../../../../locales/*.json", {
  import: "default",
  query: "?later",
});
/** As they came. */
const shipped = new Map<string, Catalogue>();
/** What a merchant says in words of its own. */
const mended = new Map<string, Catalogue>();
const whole = new Set<string>();
let wantsRest = false;

/** One language is loaded, the reader's: a test keeps every one of them whole. */
async function load(language: Language): Promise<void> {
  const file = `../../../../locales/${language}.json`;
  if (!shipped.has(language)) take(language, await begins[file]?.());
  if (!wantsRest || whole.has(language)) return;
  take(language, await rests[file]?.());
  whole.add(language);
}

function take(language: string, part: Catalogue = {}): void {
  shipped.set(language, { ...shipped.get(language), ...part });
  add(language, part);
}

function add(language: string, texts: Catalogue): void {
  const own = mended.get(language);
  const sections = Object.entries(texts).map(([name, ours]) => [name, { ...ours, ...own?.[name] }]);
  i18next.addResourceBundle(language, "translation", Object.fromEntries(sections));
}

/** Shows a merchant's own words in place of ours; whatever is not among them is ours again. */
export function say(language: string, words: Catalogue): void {
  mended.set(language, words);
  const ours = shipped.get(language);
  if (ours) add(language, ours);
}

/** Texts that no screen needs at first: a route whose screen says them has this as its loader. */
export async function restOfTexts(): Promise<void> {
  wantsRest = true;
  await load(i18next.language as Language);
}

function show(language: Language): void {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}

export async function startLanguages(): Promise<void> {
  const kept = remembered(CHOICE);
  const language = chosenFrom(kept ? [kept, ...navigator.languages] : navigator.languages);
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    supportedLngs: Object.keys(LANGUAGES),
    partialBundledLanguages: true,
    resources: {},
    interpolation: { escapeValue: false }, // React escapes
    react: { useSuspense: false, bindI18nStore: "added" },
  });
  await load(language);
  await i18next.changeLanguage(language);
  show(language);
}

export async function chooseLanguage(language: Language): Promise<void> {
  await load(language);
  remember(CHOICE, language);
  await i18next.changeLanguage(language);
  show(language);
}
