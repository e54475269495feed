import { useTranslation } from "react-i18next";
import { useMerchant } from "../../api/program";
import { useFormat } from "../../i18n/format";
import type { RewardState, Terms } from "./data";

/** A reward while it is drawn up. */
export interface Draft {
  terms: Terms;
  state: RewardState;
  stock: number | null;
}

/** What a new reward is until somebody says otherwise. */
export function blank(currency = "USD"): Draft {
  const terms: Terms = {
    kind: "amount_off",
    name: "",
    names: {},
    description: "",
    descriptions: {},
    cost: 500,
    amounts: { [currency]: "" },
    percent: null,
    product: null,
    minimum_spend: {},
    per_customer: null,
    starts_at: null,
    ends_at: null,
    valid_days: null,
    tiers: [],
    where: "both",
    on_refund: "pro_rata",
    returns_unused: true,
  };
  return { terms, state: "active", stock: null };
}

/** What most programs begin with, named in the reader's language. */
export function useExamples(): Draft[] {
  const { t } = useTranslation();
  const format = useFormat();
  const currency = useMerchant()?.currency ?? "USD";
  const example = (terms: Partial<Terms>): Draft => {
    const draft = blank();
    return { ...draft, terms: { ...draft.terms, amounts: {}, ...terms } };
  };
  return [
    example({
      kind: "amount_off",
      name: t("reward.off", { amount: format.money(5, currency) }),
      cost: 500,
      amounts: { [currency]: "5" },
    }),
    example({ kind: "free_shipping", name: t("rewardKind.free_shipping"), cost: 1000 }),
    example({ kind: "free_product", name: t("rewardKind.free_product"), cost: 1500 }),
  ];
}
