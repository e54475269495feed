import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import type { Language } from "../../i18n/languages";
import type { Channel } from "./routes";

export type OccasionView = Schemas["OccasionView"];
export type Occasion = OccasionView["occasion"];
export type TemplateView = Schemas["TemplateView"];
export type Words = Schemas["WordsView"];
export type Approval = Schemas["Approval"];
export type Scheme = Schemas["Scheme"];

export const APPROVALS: readonly Approval[] = [
  "unsubmitted",
  "pending",
  "approved",
  "rejected",
  "paused",
];
const ONE = "/v1/api/notifications/templates/{occasion}/{channel}/{language}";

/** One template: what is said on an occasion, by a channel, in a language. */
export interface Which {
  occasion: Occasion;
  channel: Channel;
  language: Language;
}

export const occasionsQuery = queryOptions({
  queryKey: ["templates", "all"],
  queryFn: async () => (await read(api.GET("/v1/api/notifications/templates"))).items,
});

export const templateQuery = (which: Which) =>
  queryOptions({
    queryKey: ["templates", "one", which],
    queryFn: () => read(api.GET(ONE, { params: { path: which } })),
  });

export const versionsQuery = (which: Which) =>
  queryOptions({
    queryKey: ["templates", "versions", which],
    queryFn: () =>
      read(api.GET(`${ONE}/versions`, { params: { path: which, query: { limit: 20 } } })),
  });

/** A message as a customer would get it; of words that are not saved, or of those that count. */
export const previewQuery = (which: Which, words: Words | null, scheme: Scheme) =>
  queryOptions({
    queryKey: ["templates", "preview", which, words, scheme],
    queryFn: () =>
      read(api.POST(`${ONE}/preview`, { params: { path: which }, body: { words, scheme } })),
    placeholderData: keepPreviousData,
    retry: false,
  });

export function saveWords(which: Which, words: Words, version: number): Promise<TemplateView> {
  return read(api.PUT(ONE, { params: { path: which }, body: { words, version } }));
}

/** Puts a version back; 0 is what comes with the product. */
export function putBack(which: Which, restore: number): Promise<TemplateView> {
  return read(api.POST(`${ONE}/restore`, { params: { path: which }, body: { restore } }));
}

export function noteApproval(which: Which, approval: Approval): Promise<TemplateView> {
  return read(api.PUT(`${ONE}/approval`, { params: { path: which }, body: { approval } }));
}
