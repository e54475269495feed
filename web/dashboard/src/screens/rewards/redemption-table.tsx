import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge, type Tone } from "../../ui/badge";
import { Button } from "../../ui/button";
import { type Column, Table } from "../../ui/table";
import { type Redemption, rewardsQuery } from "./data";
import { useRewardName, useWorth } from "./worth";

const TONES: Record<Redemption["state"], Tone> = {
  issued: "good",
  used: "plain",
  expired: "warn",
  cancelled: "plain",
};

export function StateBadge({ state }: { state: Redemption["state"] }) {
  const { t } = useTranslation();
  return <Badge tone={TONES[state]}>{t(`redemptionState.${state}`)}</Badge>;
}

/** What a redemption's reward is called today; what it is worth, where that can't be known. */
export function useRedeemedName(): (redemption: Redemption) => string {
  const worth = useWorth();
  const nameOf = useRewardName();
  const mayRead = useMay("program:read");
  const rewards = useQuery({ ...rewardsQuery, enabled: mayRead }).data;
  return ({ reward_id, value }) => {
    const reward = rewards?.find(({ id }) => id === reward_id);
    return reward ? nameOf(reward) : worth(value);
  };
}

interface Props {
  redemptions: Redemption[];
  withCustomer?: boolean;
  onOpen: (redemptionId: string) => void;
}

export function RedemptionTable({ redemptions, withCustomer, onOpen }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = useRedeemedName();
  const columns: Column<Redemption>[] = [
    {
      title: t("redemption.reward"),
      cell: (each) => (
        <Button kind="link" className="!justify-start text-start" onClick={() => onOpen(each.id)}>
          <span className="break-words">{nameOf(each)}</span>
        </Button>
      ),
    },
    { title: t("order.state"), cell: (each) => <StateBadge state={each.state} /> },
    ...(withCustomer
      ? [
          {
            title: t("activity.customer"),
            wide: true,
            cell: (each: Redemption) => (
              <Link
                to="/customers/$customerId"
                params={{ customerId: each.customer_id }}
                search={{ tab: "rewards" }}
                className="text-accent hover:underline"
              >
                {t("customer.open")}
              </Link>
            ),
          },
        ]
      : []),
    {
      title: t("redemption.redeemedAt"),
      wide: true,
      cell: (each) => format.instant(each.issued_at),
    },
    {
      title: t("customer.points"),
      end: true,
      cell: (each) => (each.given_for ? t("redemption.gift") : format.number(each.cost)),
    },
  ];
  return (
    <Table
      label={t("redemption.title")}
      rows={redemptions}
      keyOf={(each) => each.id}
      columns={columns}
    />
  );
}
