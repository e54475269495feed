import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Select } from "../../ui/field";
import { Failed, Loading } from "../../ui/states";
import { figuresQuery } from "./data";

const route = getRouteApi("/frame/referrals");
const RANGES = [30, 90, 365] as const;
const DAY_MS = 86_400_000;

/** What referrals did lately. Points have no price, so what they cost is told in points; codes are
 * worth what they say, where they say an amount. */
export function Figures() {
  const { t } = useTranslation();
  const format = useFormat();
  const { days = RANGES[0], status } = route.useSearch();
  const navigate = useNavigate();
  const first = new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
  const query = useQuery(figuresQuery(first));
  return (
    <div className="p-4">
      <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
        <p className="max-w-xl text-muted">{t("referral.figuresText")}</p>
        <div className="w-28">
          <Select
            label={t("earning.days")}
            value={String(days)}
            options={[...new Set([...RANGES, days])].map((each) => [
              String(each),
              format.number(each),
            ])}
            onValue={(chosen) =>
              void navigate({
                to: "/referrals",
                search: { days: Number(chosen), ...(status ? { status } : {}) },
                replace: true,
              })
            }
          />
        </div>
      </div>
      {query.isPending ? (
        <Loading />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Numbers found={query.data} />
      )}
    </div>
  );
}

function Numbers({ found }: { found: Schemas["AnalyticsView"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const revenue = Object.entries(found.revenue);
  const none = [format.money(0, null)];
  const worth = [
    ...Object.entries(found.discounts).map(([currency, sum]) => format.money(sum, currency)),
    ...(found.codes_unpriced > 0
      ? [t("referral.unpriced", { codes: format.number(found.codes_unpriced) })]
      : []),
  ];
  const codes: [string, string[]][] =
    found.codes_given > 0
      ? [
          [
            t("referral.codesUsed"),
            [`${format.number(found.codes_used)} / ${format.number(found.codes_given)}`],
          ],
          [t("referral.discounts"), worth.length ? worth : none],
        ]
      : [];
  const { asked, sent, clicked, joined } = found.invitations;
  const invitations: [string, string[]][] =
    asked > 0
      ? [
          [t("referral.invitesSent"), [format.number(sent)]],
          [t("referral.invitesClicked"), [format.number(clicked)]],
          [t("referral.invitesJoined"), [format.number(joined)]],
        ]
      : [];
  const shown: [string, string[]][] = [
    [t("referral.clicks"), [format.number(found.clicks)]],
    [t("referral.friends"), [format.number(found.referrals)]],
    [
      t("referral.completed"),
      [
        format.number(found.conversions) +
          (found.conversion_rate === null ? "" : ` · ${format.percent(found.conversion_rate)}`),
      ],
    ],
    [t("referral.points"), [format.number(found.points)]],
    ...invitations,
    ...codes,
    [
      t("referral.revenue"),
      revenue.length ? revenue.map(([currency, sum]) => format.money(sum, currency)) : none,
    ],
    [
      t("referral.perPoint"),
      found.points > 0 && revenue.length
        ? revenue.map(([currency, sum]) => format.money(Number(sum) / found.points, currency))
        : ["—"],
    ],
  ];
  return (
    <dl className="grid grid-cols-2 gap-4 md:grid-cols-3">
      {shown.map(([name, values]) => (
        <div key={name} className="flex min-w-0 flex-col-reverse justify-end">
          <dt className="text-muted">{name}</dt>
          <dd className="text-xl font-bold break-words tabular-nums">
            {values.map((value) => (
              <span key={value} className="block">
                {value}
              </span>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
