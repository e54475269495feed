import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import type { Language } from "../../i18n/languages";

export type PageName = Schemas["PageName"];
export type PageView = Schemas["PageView"];
export interface Question {
  question: string;
  answer: string;
}
/** What a page says in one language, as it is being written: what is empty is said in our words. */
export interface PageWords {
  title: string;
  introduction: string;
  picture_text: string;
  questions: Question[];
}
export interface PageDraft {
  enabled: boolean;
  words: Partial<Record<Language, PageWords>>;
  picture: string | null;
  address: string;
}

export const PAGES: readonly PageName[] = ["loyalty", "refer"];
export const EMPTY: PageWords = { title: "", introduction: "", picture_text: "", questions: [] };

export const pageQuery = (page: PageName) =>
  queryOptions({
    queryKey: ["on-site", "page", page],
    queryFn: () => read(api.GET("/v1/api/content/pages/{page}", { params: { path: { page } } })),
  });

/** Lets a page show this from now on; refused if somebody else has changed it meanwhile. */
export function savePage(
  { page, version }: Pick<PageView, "page" | "version">,
  settings: PageView["settings"],
): Promise<PageView> {
  const params = { path: { page } };
  return read(api.PUT("/v1/api/content/pages/{page}", { params, body: { settings, version } }));
}

export function draftOf({ version, settings }: PageView): { version: number; value: PageDraft } {
  const { enabled = true, picture = null, address, words = {} } = settings;
  const said = Object.entries(words).map(([language, it]) => [
    language,
    {
      title: it.title ?? "",
      introduction: it.introduction ?? "",
      picture_text: it.picture_text ?? "",
      questions: [...(it.questions ?? [])],
    },
  ]);
  return {
    version,
    value: { enabled, picture, address: address ?? "", words: Object.fromEntries(said) },
  };
}

/** What is left empty is not sent; a language that says nothing goes. */
export function settingsOf({ enabled, words, picture, address }: PageDraft): PageView["settings"] {
  const said = Object.entries(words).map(([language, it]) => [
    language,
    {
      title: it.title.trim() || null,
      introduction: it.introduction.trim() || null,
      picture_text: it.picture_text.trim() || null,
      questions: it.questions,
    },
  ]);
  return { enabled, picture, address: address.trim() || null, words: Object.fromEntries(said) };
}

/** What is whole of what is being written: a question without an answer is not one yet. */
export function wholeOf(draft: PageDraft): PageView["settings"] {
  const said = Object.entries(draft.words).map(([language, it]) => [
    language,
    { ...it, questions: it.questions.filter((each) => each.question.trim() && each.answer.trim()) },
  ]);
  return settingsOf({ ...draft, words: Object.fromEntries(said), address: "" });
}

/** A page as the server would draw it from what is being written; it stands while the next comes. */
export function useDrawn(page: PageName, settings: PageView["settings"], language: Language) {
  return useQuery({
    queryKey: ["on-site", "drawn", page, language, settings],
    queryFn: async () =>
      (await read(
        api.POST("/v1/api/content/pages/{page}/preview", {
          params: { path: { page }, query: { language } },
          body: { settings },
          parseAs: "text",
        }),
      )) as string,
    placeholderData: (before) => before,
    gcTime: 0,
  });
}
