import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, onceKey, read, type Schemas } from "../../api/client";
import { useMay, useMerchant } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Listing } from "../../ui/listing";
import { Empty, Failed, Loading, Refused } from "../../ui/states";
import { Code } from "../rewards/code";
import { offersQuery, redemptionsQuery, type Terms } from "../rewards/data";
import { OneRedemption } from "../rewards/redemption";
import { RedemptionTable } from "../rewards/redemption-table";
import { useRewardName, useWorth, valueIn } from "../rewards/worth";
import type { Customer } from "./data";

type Offer = Schemas["OfferView"];

/** What a customer can have now, and what they had. */
export function RewardsOf({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const living = !customer.merged_into && !customer.erased_at;
  const [opened, setOpened] = useState<string | null>(null);
  const redemptions = useInfiniteQuery(redemptionsQuery({ customer: customer.id }));
  return (
    <>
      {living && <Offers customer={customer} />}
      <h3 className="border-t border-line px-4 pt-4 pb-2 font-semibold">{t("redemption.title")}</h3>
      <Listing query={redemptions} empty={<Empty title={t("redemption.none")} />}>
        {(found) => <RedemptionTable redemptions={found} onOpen={setOpened} />}
      </Listing>
      {opened && <OneRedemption redemptionId={opened} onClose={() => setOpened(null)} />}
    </>
  );
}

function Offers({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const query = useQuery(offersQuery(customer.id));
  const mayRedeem = useMay("points:write");
  const [wanted, setWanted] = useState<Offer | null>(null);
  if (query.isPending) return <Loading lines={3} />;
  if (query.isError) return <Failed error={query.error} onRetry={() => query.refetch()} />;
  if (query.data.length === 0) return <Empty title={t("redemption.noOffers")} />;
  return (
    <>
      <ul>
        {query.data.map((offer) => (
          <Line key={offer.id} offer={offer} onRedeem={mayRedeem ? () => setWanted(offer) : null} />
        ))}
      </ul>
      {wanted && <Redeem customer={customer} offer={wanted} onClose={() => setWanted(null)} />}
    </>
  );
}

function Line({ offer, onRedeem }: { offer: Offer; onRedeem: (() => void) | null }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const worth = useWorth();
  const nameOf = useRewardName();
  const currency = useMerchant()?.currency;
  const { terms, affordable, missing, obstacle } = offer;
  const known = obstacle !== null && i18n.exists(`problem.${obstacle}`);
  const why = obstacle
    ? known
      ? t(`problem.${obstacle}`)
      : offer.detail
    : !affordable && t("redemption.missing", { points: format.amount(missing) });
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 border-t border-line px-4 py-3 first:border-0">
      <div className="min-w-0 flex-1">
        <p className={`font-medium break-words ${why ? "text-muted" : ""}`}>{nameOf(offer)}</p>
        <p className="break-words text-muted">{why || worth(valueIn(terms as Terms, currency))}</p>
      </div>
      <span className="text-muted tabular-nums">{format.amount(terms.cost)}</span>
      {!why && onRedeem && (
        <Button onClick={onRedeem} aria-label={`${t("redemption.redeem")}: ${nameOf(offer)}`}>
          {t("redemption.redeem")}
        </Button>
      )}
    </li>
  );
}

interface RedeemProps {
  customer: Customer;
  offer: Offer;
  onClose: () => void;
}

function Redeem({ customer, offer, onClose }: RedeemProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useRewardName();
  const queries = useQueryClient();
  // Pressed twice, or sent again after a lost answer, it is one redemption with one code.
  const key = useRef(onceKey());
  const redeeming = useMutation({
    mutationFn: () =>
      read(
        api.POST("/v1/api/rewards/redeem", {
          params: { header: { "Idempotency-Key": key.current } },
          body: { customer_id: customer.id, reward_id: offer.id, where: "both" },
        }),
      ),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["customers"] });
      void queries.invalidateQueries({ queryKey: ["redemptions"] });
      void queries.invalidateQueries({ queryKey: ["rewards"] });
      void queries.invalidateQueries({ queryKey: ["events"] });
    },
  });
  const name = nameOf(offer);
  if (redeeming.data) {
    return (
      <Dialog open title={name} text={t("redemption.given")} onClose={onClose}>
        <Code code={redeeming.data.discount_code} />
        <DialogActions>
          <Button kind="primary" onClick={onClose}>
            {t("action.close")}
          </Button>
        </DialogActions>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      title={`${t("redemption.redeem")}: ${name}`}
      text={t("redemption.redeemText", { points: format.amount(offer.terms.cost) })}
      onClose={onClose}
    >
      <Refused error={redeeming.error} />
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" busy={redeeming.isPending} onClick={() => redeeming.mutate()}>
          {t("redemption.redeem")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
