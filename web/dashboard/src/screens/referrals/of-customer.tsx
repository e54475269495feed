import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { tell, warn } from "../../ui/notice";
import { Failed, Loading } from "../../ui/states";
import { advocateQuery, referralsQuery } from "./data";
import { Person, Progress } from "./referral-table";

const SHOWN = 5;

/** On a customer's page: what they pass on, whom they brought, and who brought them. */
export function ReferralsOf({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const query = useQuery(advocateQuery(customerId));
  return (
    <Card title={t("nav.referrals")}>
      {query.isPending ? (
        <Loading lines={2} />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <div className="flex flex-col gap-3">
          <Code customerId={customerId} {...query.data} />
          <BroughtBy customerId={customerId} />
          <Friends customerId={customerId} points={query.data.progress.points} />
        </div>
      )}
    </Card>
  );
}

interface CodeProps {
  customerId: string;
  referral_code: string | null;
  link: string | null;
}

function Code({ customerId, referral_code, link }: CodeProps) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const mayMake = useMay("customers:write");
  const making = useMutation({
    mutationFn: () =>
      read(
        api.POST("/v1/api/referrals/create", {
          body: { advocate_customer_id: customerId, marks: {} },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["referrals", "advocate"] }),
    onError: (error) => warn(problem(error)),
  });
  if (!referral_code) {
    if (!mayMake) return null;
    return (
      <Button busy={making.isPending} onClick={() => making.mutate()} className="self-start">
        {t("referral.makeCode")}
      </Button>
    );
  }
  const told = link ?? referral_code;
  const copy = async () => {
    await navigator.clipboard.writeText(told);
    tell(t("keys.copied"));
  };
  // Whoever closes the device's own sheet has changed their mind, which is no failure.
  const share = () => void navigator.share(link ? { url: link } : { text: told }).catch(() => null);
  return (
    <div className="flex flex-col gap-2">
      <p dir="ltr" className="rounded-lg bg-sunken px-3 py-2">
        <code className="break-all select-all">{told}</code>
      </p>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void copy()}>{t("keys.copy")}</Button>
        {"share" in navigator && <Button onClick={share}>{t("referral.share")}</Button>}
      </div>
    </div>
  );
}

function BroughtBy({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(referralsQuery({ friend_customer_id: customerId, limit: 1 }));
  const referral = query.data?.pages[0]?.items[0];
  if (!referral) return null;
  return (
    <div className="flex items-start justify-between gap-2">
      <span className="min-w-0">
        <span className="text-muted">{t("referral.advocate")}: </span>
        <Person id={referral.advocate_customer_id} name={referral.advocate_name} />
      </span>
      <Progress referral={referral} />
    </div>
  );
}

function Friends({ customerId, points }: { customerId: string; points: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useInfiniteQuery(referralsQuery({ customer_id: customerId, limit: SHOWN }));
  const referrals = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (referrals.length === 0) return null;
  return (
    <div>
      <p className="mb-1 text-muted">
        {t("referral.brought")} · {format.amount(points)}
      </p>
      <ul>
        {referrals.map((referral) => (
          <li
            key={referral.referral_id}
            className="flex items-start justify-between gap-2 border-t border-line py-2 first:border-0"
          >
            <Person id={referral.friend_customer_id} name={referral.friend_name} />
            <Progress referral={referral} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t("action.more")}
        </Button>
      )}
    </div>
  );
}
