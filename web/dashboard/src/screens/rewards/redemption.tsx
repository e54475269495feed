import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Facts } from "../../ui/card";
import { Dialog, DialogActions } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Failed, Loading, Refused } from "../../ui/states";
import { Code } from "./code";
import { StateBadge, useRedeemedName } from "./redemption-table";
import { useWorth } from "./worth";

type Explained = Schemas["ExplainedRedemptionView"];

interface Props {
  redemptionId: string;
  onClose: () => void;
}

/** One redemption: what its code is worth, how it stands, and what can be done with it. */
export function OneRedemption({ redemptionId, onClose }: Props) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ["redemptions", "one", redemptionId],
    queryFn: () =>
      read(
        api.GET("/v1/api/redemptions/{redemption_id}", {
          params: { path: { redemption_id: redemptionId } },
        }),
      ),
    gcTime: 0,
  });
  if (query.data) return <Known redemption={query.data} onClose={onClose} />;
  return (
    <Dialog open title={t("redemption.title")} onClose={onClose}>
      {query.isError ? <Failed error={query.error} onRetry={() => query.refetch()} /> : <Loading />}
    </Dialog>
  );
}

function Known({ redemption, onClose }: { redemption: Explained; onClose: () => void }) {
  const { t } = useTranslation();
  const nameOf = useRedeemedName();
  const mayChange = useMay("points:write");
  const [cancelling, setCancelling] = useState(false);
  const using = useSettle(redemption, "use", "redemption.nowUsed");
  if (cancelling) {
    return <Cancel redemption={redemption} onClose={onClose} onBack={() => setCancelling(false)} />;
  }
  return (
    <Dialog open title={nameOf(redemption)} onClose={onClose}>
      <Refused error={using.error} />
      <div className="flex flex-col gap-4">
        <div className="flex flex-wrap items-center gap-2">
          <StateBadge state={redemption.state} />
          <span className="text-muted">
            {t(
              redemption.given_for && redemption.state === "cancelled"
                ? "redemption.giftCancelled"
                : `redemptionText.${redemption.state}`,
            )}
          </span>
        </div>
        {redemption.state === "issued" && <Code code={redemption.code} />}
        <Explanation redemption={redemption} />
      </div>
      {mayChange && redemption.state === "issued" && (
        <DialogActions>
          <Button onClick={() => setCancelling(true)}>{t("redemption.cancel")}</Button>
          <Button kind="primary" busy={using.isPending} onClick={() => using.mutate({})}>
            {t("redemption.use")}
          </Button>
        </DialogActions>
      )}
    </Dialog>
  );
}

function Explanation({ redemption }: { redemption: Explained }) {
  const { t } = useTranslation();
  const format = useFormat();
  const worth = useWorth();
  const { value, state, steps } = redemption;
  const last = steps.at(-1);
  const facts: ([string, ReactNode] | false)[] = [
    [t("redemption.worth"), worth(value)],
    Boolean(value.minimum_spend) && [
      t("reward.minimum"),
      format.money(value.minimum_spend ?? 0, value.currency ?? null),
    ],
    !redemption.given_for && [t("reward.cost"), format.number(redemption.cost)],
    [
      t(redemption.given_for ? "redemption.gift" : "redemption.redeemedAt"),
      format.instant(redemption.issued_at),
    ],
    Boolean(redemption.expires_at) && [
      t("redemption.goodUntil"),
      format.instant(redemption.expires_at ?? ""),
    ],
    Boolean(redemption.settled_at) && [
      t(`redemptionState.${state}`),
      format.instant(redemption.settled_at ?? ""),
    ],
    Boolean(last?.reason) && [t("adjust.reason"), last?.reason],
    [
      t("activity.customer"),
      <Link
        key="customer"
        to="/customers/$customerId"
        params={{ customerId: redemption.customer_id }}
        search={{ tab: "rewards" }}
        className="text-accent hover:underline"
      >
        {t("customer.open")}
      </Link>,
    ],
    redemption.order_id !== null && [
      t("activity.order"),
      <Link
        key="order"
        to="/orders/$orderId"
        params={{ orderId: redemption.order_id }}
        className="text-accent hover:underline"
      >
        {t("customer.open")}
      </Link>,
    ],
  ];
  return <Facts items={facts.filter((each) => each !== false)} />;
}

interface CancelProps {
  redemption: Explained;
  onClose: () => void;
  onBack: () => void;
}

/** Taking a code back can't be undone: whoever wrote it down would find it good again. */
function Cancel({ redemption, onClose, onBack }: CancelProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const gift = redemption.given_for !== null;
  const cancelling = useSettle(
    redemption,
    "cancel",
    gift ? "redemption.giftCancelled" : "redemption.nowCancelled",
  );
  return (
    <Dialog
      open
      title={t("redemption.cancel")}
      text={
        gift
          ? t("redemption.giftCancelText")
          : t("redemption.cancelText", { points: format.amount(redemption.cost) })
      }
      onClose={onClose}
    >
      <Refused error={cancelling.error} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const reason = String(new FormData(event.currentTarget).get("reason")).trim();
          cancelling.mutate(reason ? { reason } : {}, { onSuccess: onClose });
        }}
      >
        <TextField label={t("redemption.reason")} name="reason" maxLength={500} />
        <DialogActions>
          <Button onClick={onBack}>{t("action.back")}</Button>
          <Button kind="danger" type="submit" busy={cancelling.isPending}>
            {t("redemption.cancel")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function useSettle(redemption: Explained, act: "use" | "cancel", said: string) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { reason?: string }) =>
      read(
        api.POST(`/v1/api/redemptions/{redemption_id}/${act}`, {
          params: { path: { redemption_id: redemption.id } },
          body,
        }),
      ),
    onSuccess: () => tell(t(said)),
    // A refusal says that it stands otherwise than this dialog showed.
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["redemptions"] });
      void queries.invalidateQueries({ queryKey: ["rewards"] });
      void queries.invalidateQueries({ queryKey: ["customers"] });
      void queries.invalidateQueries({ queryKey: ["events"] });
    },
  });
}
