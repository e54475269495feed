import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Badge, type Tone } from "../../ui/badge";
import { Table } from "../../ui/table";
import type { Referral } from "./data";
import { Gifts } from "./gifts";
import { STATUSES } from "./words";

const TONES: Record<string, Tone> = { completed: "good", pending: "warn", rejected: "danger" };

export function ReferralTable({ referrals }: { referrals: Referral[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table
      label={t("nav.referrals")}
      rows={referrals}
      keyOf={(referral) => referral.referral_id}
      columns={[
        {
          title: t("referral.friend"),
          cell: (referral) => (
            <Person id={referral.friend_customer_id} name={referral.friend_name} />
          ),
        },
        {
          title: t("referral.advocate"),
          cell: (referral) => (
            <Person id={referral.advocate_customer_id} name={referral.advocate_name} />
          ),
        },
        {
          title: t("order.when"),
          wide: true,
          cell: (referral) => format.date(referral.claimed_at),
        },
        { title: t("order.state"), cell: (referral) => <Progress referral={referral} /> },
      ]}
    />
  );
}

export function Person({ id, name }: { id: string; name: string | null }) {
  const { t } = useTranslation();
  return (
    <Link
      to="/customers/$customerId"
      params={{ customerId: id }}
      className="font-medium break-words hover:underline"
    >
      {name ?? t("customer.anonymous")}
    </Link>
  );
}

/** Where a referral stands, what it waits for, and what became of the gifts. */
export function Progress({ referral }: { referral: Referral }) {
  const { t } = useTranslation();
  const next = useNext(referral);
  const status = STATUSES.find((each) => each === referral.status) ?? "pending";
  return (
    <span className="flex flex-col items-start gap-0.5">
      <Badge tone={TONES[status] ?? "plain"}>{t(`referral.${status}`)}</Badge>
      <span className="text-xs text-muted">{next}</span>
      <Gifts referral={referral} />
    </span>
  );
}

function useNext(it: Referral): string {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  if (it.status === "completed") return it.completed_at ? format.date(it.completed_at) : "";
  if (it.status === "expired") return format.date(it.expires_at);
  if (it.status === "rejected") {
    const key = `referral.why_${it.reason}`;
    return i18n.exists(key) ? t(key) : "";
  }
  if (it.review === "waiting") return t("referral.toReview");
  return it.due_at
    ? t("referral.countsFrom", { date: format.date(it.due_at) })
    : t("referral.buyBy", { date: format.date(it.expires_at) });
}
