import { useQueries, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay } from "../../api/program";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { type Customer, customersById } from "../customers/data";
import { rewardsQuery } from "../rewards/data";
import { useTierName } from "../tiers/data";
import { type Event, wireId } from "./data";

export interface Names {
  /** Whom events are about. */
  customers: Map<string, Customer>;
  /** What an event is about besides: a tier, a segment, a reward, a campaign; null if nothing. */
  about: (event: Event) => { name: string; reward?: string; campaign?: string } | null;
}

/** What people call that which events name by ids: one question a kind, whatever is listed. */
export function useNames(events: Event[], ofCustomer: boolean): Names {
  const { t, i18n } = useTranslation();
  const tier = useTierName();
  const mayReadProgram = useMay("program:read");
  const mayReadCustomers = useMay("customers:read");
  const has = (field: string) => events.some((event) => field in event.data);
  const rewards = useQuery({ ...rewardsQuery, enabled: mayReadProgram && has("reward_id") }).data;
  const campaigns = useQuery({
    queryKey: ["campaigns", "names"],
    queryFn: () => read(api.GET("/v1/api/campaigns", { params: { query: { limit: 200 } } })),
    enabled: mayReadProgram && has("campaign_id"),
  }).data?.items;
  const customers = useCustomers(events, mayReadCustomers && !ofCustomer);
  return {
    customers,
    about: ({ type, data }) => {
      if (type.startsWith("tier.")) {
        return { name: `${tier(text(data.from_tier))} → ${tier(text(data.to_tier))}` };
      }
      if (type.startsWith("text.")) {
        return { name: `${LANGUAGES[data.language as Language]}: ${data.key}` };
      }
      const segment = text(data.segment);
      if (segment && i18n.exists(`segment.${segment}`)) return { name: t(`segment.${segment}`) };
      const rewardId = wireId("rwd", data.reward_id);
      const reward = rewards?.find((each) => each.id === rewardId);
      if (reward) {
        const name = reward.terms.names?.[i18n.language] || reward.terms.name;
        return { name, reward: reward.id };
      }
      const campaignId = wireId("cmp", data.campaign_id);
      const campaign = campaigns?.find((each) => each.id === campaignId);
      return campaign ? { name: campaign.rule.name, campaign: campaign.id } : null;
    },
  };
}

const AT_ONCE = 30;

/** Asked a page at a time, so that a further page asks for its own alone. */
function useCustomers(events: Event[], wanted: boolean): Map<string, Customer> {
  const pages = Array.from({ length: Math.ceil(events.length / AT_ONCE) }, (_, page) =>
    events.slice(page * AT_ONCE, (page + 1) * AT_ONCE).flatMap((event) => event.customer_id ?? []),
  );
  const queries = wanted ? pages.map((ids) => customersById([...new Set(ids)])) : [];
  return new Map(useQueries({ queries }).flatMap(({ data }) => [...(data ?? [])]));
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
