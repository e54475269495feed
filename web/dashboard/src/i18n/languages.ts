/** The languages of the product, in their own words; the stamper's too, which reads this file. */
export const LANGUAGES = {
  en: "English",
  es: "Español",
  fr: "Français",
  de: "Deutsch",
  pt: "Português",
  ja: "日本語",
  ru: "Русский",
  it: "Italiano",
  nl: "Nederlands",
  pl: "Polski",
  tr: "Türkçe",
  fa: "فارسی",
  "zh-CN": "简体中文",
  vi: "Tiếng Việt",
  id: "Bahasa Indonesia",
  cs: "Čeština",
  ar: "العربية",
  ko: "한국어",
  uk: "Українська",
  hu: "Magyar",
  sv: "Svenska",
  he: "עברית",
} as const;

export type Language = keyof typeof LANGUAGES;

const RIGHT_TO_LEFT: readonly Language[] = ["ar", "he", "fa"];

export function directionOf(language: Language): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}

/** The language of ours that a tag means, `pt-BR` like `pt`. */
export function ours(tag: string): Language | undefined {
  const spoken = Object.keys(LANGUAGES) as Language[];
  return (
    spoken.find((language) => language.toLowerCase() === tag.toLowerCase()) ??
    spoken.find((language) => language.split("-")[0] === tag.split("-")[0]?.toLowerCase())
  );
}

/** The first of a reader's languages that we speak. */
export function chosenFrom(wanted: readonly string[]): Language {
  return wanted.map(ours).find((language) => language !== undefined) ?? "en";
}
