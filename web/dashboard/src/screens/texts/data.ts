import {
  type InfiniteData,
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useProblemText } from "../../i18n/problems";
import { paged } from "../../ui/listing";
import { tell, warn } from "../../ui/notice";
import type { Search } from "./routes";

export type Text = Schemas["TextView"];
export type Forms = Text["text"];

/** The product's parts, in the words of the menu, and which sections of a catalogue they say. */
export const PARTS: Record<string, string[]> = {
  "app.menu": ["app", "nav", "signIn"],
  "nav.home": ["home", "onboarding", "usage"],
  "nav.customers": ["customer", "adjust", "merge", "same", "standing", "entry"],
  "nav.segments": ["rfm", "segment", "segmentText", "segmentAdvice"],
  "nav.orders": ["order"],
  "nav.activity": ["activity", "kind", "event", "via"],
  "nav.earning": [
    ...["earning", "awardOn", "hold", "rounding", "counts", "actionName"],
    ...["expiry", "multiplier", "switches"],
  ],
  "nav.rewards": [
    ...["reward", "rewardKind", "rewardState", "where", "onRefund"],
    ...["redemption", "redemptionState", "redemptionText"],
  ],
  "nav.tiers": ["tier", "tierBasis", "tierWindow", "tierCause"],
  "nav.campaigns": ["campaign", "campaignKind", "campaignSays", "phase"],
  "nav.gamification": ["game", "gameSpan"],
  "nav.referrals": ["referral", "bring"],
  "nav.settings": [
    ...["settings", "store", "naming", "branding", "theme", "keys"],
    ...["consent", "consentWay"],
  ],
  "staff.title": ["staff", "network", "role", "memberState", "area", "join"],
  "texts.title": ["texts", "textState"],
  "texts.problems": ["problem"],
};
export const ELSEWHERE = "texts.elsewhere";

export const languagesQuery = queryOptions({
  queryKey: ["texts", "languages"],
  queryFn: () => read(api.GET("/v1/api/texts/languages")),
});

/** The sections of a part; those of no other part are elsewhere. */
export function sectionsOf(part: string | undefined, all: string[]): string[] | undefined {
  const placed = Object.values(PARTS).flat();
  if (part === ELSEWHERE) return all.filter((section) => !placed.includes(section));
  return part ? PARTS[part] : undefined;
}

export function partOf({ section }: Text): string {
  return Object.keys(PARTS).find((part) => PARTS[part]?.includes(section)) ?? ELSEWHERE;
}

export function textsQuery(language: string, { part, state, q }: Search, all: string[]) {
  const section = sectionsOf(part, all);
  return infiniteQueryOptions({
    queryKey: ["texts", "list", language, part, state, q],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/texts", {
          params: {
            query: {
              language,
              ...(section && { section }),
              ...(state && { state }),
              ...(q && { q }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
        }),
      ),
    enabled: part !== ELSEWHERE || all.length > 0,
    ...paged,
  });
}

/** What somebody decides about a text; null puts the original back. */
type Decision = { forms: Forms | null } | { reviewed: boolean };

/** Decides and says so, with a way back. The row stays where it is and shows how it stands now. */
export function useDeciding(language: string) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const decide = async (key: string, decision: Decision) => {
    const decided = await ask(language, key, decision);
    queries.setQueriesData<InfiniteData<Schemas["Page_TextView_"]>>(
      { queryKey: ["texts", "list", language] },
      (held) =>
        held && {
          ...held,
          pages: held.pages.map((page) => ({
            ...page,
            items: page.items.map((each) => (each.key === key ? decided : each)),
          })),
        },
    );
    void queries.invalidateQueries({ queryKey: ["texts", "languages"] });
    void queries.invalidateQueries({ queryKey: ["texts", "mended", language] });
  };
  return useMutation({
    mutationFn: ({ text, decision }: { text: Text; decision: Decision }) =>
      decide(text.key, decision),
    onSuccess: (_, { text, decision }) =>
      tell(t(saidOf(decision)), () =>
        decide(text.key, backTo(text, decision)).catch((error) => warn(problem(error))),
      ),
  });
}

function saidOf(decision: Decision): string {
  if ("reviewed" in decision) return "texts.reviewed";
  return decision.forms ? "texts.saved" : "texts.restored";
}

/** What brings a text back to how it stood. */
function backTo({ state, text, original }: Text, decision: Decision): Decision {
  if ("reviewed" in decision) return { reviewed: false };
  if (isOwn(text, original)) return { forms: text };
  return state === "reviewed" ? { forms: original } : { forms: null };
}

export function isOwn(text: Forms, original: Forms): boolean {
  return Object.entries(original).some(([form, words]) => text[form] !== words);
}

async function ask(language: string, key: string, decision: Decision): Promise<Text> {
  const params = { path: { language, key } };
  if ("reviewed" in decision) {
    const path = "/v1/api/texts/{language}/{key}/review";
    return read(decision.reviewed ? api.POST(path, { params }) : api.DELETE(path, { params }));
  }
  if (decision.forms) {
    const body = { forms: decision.forms };
    return read(api.PUT("/v1/api/texts/{language}/{key}", { params, body }));
  }
  return read(api.DELETE("/v1/api/texts/{language}/{key}", { params }));
}
