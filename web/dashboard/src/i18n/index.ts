import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { remember, remembered } from "../shell/remembered";
import { chosenFrom, directionOf, LANGUAGES, type Language } from "./languages";

/** Section → name → words. */
export type Catalogue = Record<string, Record<string, string>>;

const CHOICE = "loyalnest.language";
const catalogues = import.meta.glob<Catalogue>("../../../../locales/*.json", { import: "default" });
/** As they came. */
const shipped = new Map<string, Catalogue>();

/** One catalogue is loaded, the reader's: a test keeps every one of them whole. */
async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, "translation")) return;
  const catalogue = await catalogues[`../../../../locales/${language}.json`]?.();
  if (catalogue) shipped.set(language, catalogue);
  i18next.addResourceBundle(language, "translation", catalogue);
}

/** Shows a merchant's own words in place of ours; whatever is not among them is ours again. */
export function say(language: string, words: Catalogue): void {
  const ours = shipped.get(language);
  if (!ours) return;
  const sections = Object.entries(ours).map(([name, texts]) => [
    name,
    { ...texts, ...words[name] },
  ]);
  i18next.addResourceBundle(language, "translation", Object.fromEntries(sections));
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
