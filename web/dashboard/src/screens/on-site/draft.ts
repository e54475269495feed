import type { Language } from "../../i18n/languages";
import { instantOf, wallTime } from "../../i18n/wall-time";
import type { Config, Kind, Nudge, Terms, Words } from "./data";

/** What one language says, as it is being written. */
export type Said = Record<keyof Words, string>;

/** A nudge as the form holds it: words by language, times by the merchant's clocks. */
export interface Draft {
  kind: Kind;
  name: string;
  /** The shop's own language is among them. */
  words: Partial<Record<Language, Said>>;
  where: Terms["where"];
  audience: Terms["audience"];
  tiers: string[];
  after: number;
  times: number;
  days: number;
  starts: string;
  ends: string;
  link: string;
  code: string;
}

/** Where and when the shop is, and in which language it speaks. */
export interface Shop {
  home: Language;
  zone: string;
}

const EMPTY: Said = { title: "", text: "", button: "", consent: "", thanks: "" };

export function emptyDraft(kind: Kind, { home }: Shop): Draft {
  return {
    kind,
    name: "",
    words: { [home]: EMPTY },
    where: kind === "after_purchase" ? ["thanks"] : ["any"],
    audience: "anyone",
    tiers: [],
    after: 0,
    times: 3,
    days: 7,
    starts: "",
    ends: "",
    link: "",
    code: "",
  };
}

export function draftOf({ terms }: Pick<Nudge, "terms">, { home, zone }: Shop): Draft {
  const said = (words: Words): Said => ({
    title: words.title,
    text: words.text ?? "",
    button: words.button ?? "",
    consent: words.consent ?? "",
    thanks: words.thanks ?? "",
  });
  const others = Object.entries(terms.translations ?? {}).filter(([language]) => language !== home);
  return {
    ...emptyDraft(terms.kind, { home, zone }),
    name: terms.name,
    words: {
      [home]: said(terms.words),
      ...Object.fromEntries(others.map(([language, words]) => [language, said(words)])),
    },
    where: terms.where ?? ["any"],
    audience: terms.audience ?? "anyone",
    tiers: [...(terms.tiers ?? [])],
    after: terms.after_s ?? 0,
    times: terms.cap?.times ?? 3,
    days: terms.cap?.days ?? 7,
    starts: terms.starts_at ? wallTime(terms.starts_at, zone) : "",
    ends: terms.ends_at ? wallTime(terms.ends_at, zone) : "",
    link: terms.link ?? "",
    code: terms.code ?? "",
  };
}

export function termsOf(draft: Draft, { home, zone }: Shop): Terms {
  const { kind, name, where, audience, after, times, days, link, code } = draft;
  const { [home]: own = EMPTY, ...others } = draft.words;
  const translations = Object.entries(others) as [string, Said][];
  return {
    kind,
    name,
    words: wordsOf(kind, own),
    translations: Object.fromEntries(translations.map(([key, it]) => [key, wordsOf(kind, it)])),
    where,
    audience,
    tiers: audience === "member" ? draft.tiers : [],
    after_s: after,
    cap: { times, days },
    starts_at: draft.starts ? instantOf(draft.starts, zone) : null,
    ends_at: draft.ends ? instantOf(draft.ends, zone) : null,
    link: link.trim() || null,
    code: takesCode(kind) ? code.trim() || null : null,
  };
}

function wordsOf(kind: Kind, { title, text, button, consent, thanks }: Said): Words {
  const asks = kind === "email_capture";
  return {
    title: title.trim(),
    text: text.trim() || null,
    button: button.trim() || null,
    consent: asks ? consent.trim() : null,
    thanks: (asks && thanks.trim()) || null,
  };
}

export const takesCode = (kind: Kind) => kind !== "note";
export const takesLink = (kind: Kind) => kind !== "email_capture";

/** Another kind asks for other things. */
export function ofKind(draft: Draft, kind: Kind): Draft {
  const thanks = kind === "after_purchase";
  const stays = draft.where.length > 0 && draft.kind !== "after_purchase";
  return { ...draft, kind, where: thanks ? ["thanks"] : stays ? draft.where : ["any"] };
}

/** The one nudge that a preview shows: at once, and as often as it likes. */
export function shownAlone(draft: Draft, language: Language, shop: Shop, config: Config): Config {
  const { kind, audience } = draft;
  const written = draft.words[language]?.title.trim() ? draft.words[language] : undefined;
  const words = written ?? draft.words[shop.home] ?? EMPTY;
  if (!words.title.trim()) return { ...config, nudges: [] };
  const { title, text, button, consent, thanks } = wordsOf(kind, words);
  const nudge = {
    ...{ id: "ndg_preview", version: 1, kind, audience, where: ["any"], after_s: 0 },
    cap: { times: 100, days: 1 },
    words: {
      title,
      ...(text ? { text } : {}),
      ...(button ? { button } : {}),
      ...(consent ? { consent } : {}),
      ...(thanks ? { thanks } : {}),
    },
    link: draft.link || null,
    code: kind === "email_capture" || !takesCode(kind) ? null : draft.code || null,
  };
  const switches = { ...config.switches, nudges: "on" };
  return { ...config, switches, widget: { ...config.widget, enabled: true }, nudges: [nudge] };
}
