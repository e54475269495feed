import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, problemOf, read, type Schemas } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Failed, Loading } from "../../ui/states";

type Score = Schemas["ScoreView"];
const STEPS = [1, 2, 3, 4, 5];
const DAY_MS = 86_400_000;
/** From so many times their own rhythm on it has been longer than usual. */
const LATE_FROM = 2;

/** How somebody buys: their segment, what it was made of, and their own rhythm. */
export function BuyingCard({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ["customers", customerId, "rfm"],
    queryFn: () => scoreOf(customerId),
  });
  return (
    <Card title={t("rfm.buying")}>
      {query.isPending && <Loading lines={3} />}
      {query.isError && <Failed error={query.error} onRetry={() => query.refetch()} />}
      {query.data === null && <p className="text-muted">{t("rfm.nothing")}</p>}
      {query.data && <Known score={query.data} />}
    </Card>
  );
}

/** null for somebody who has bought nothing yet. */
async function scoreOf(customerId: string): Promise<Score | null> {
  try {
    return await read(
      api.GET("/v1/api/customers/{customer_id}/rfm", {
        params: { path: { customer_id: customerId } },
      }),
    );
  } catch (error) {
    if (problemOf(error).code === "NOT_SCORED") return null;
    throw error;
  }
}

function Known({ score }: { score: Score }) {
  const { t } = useTranslation();
  const format = useFormat();
  const orders = t("tier.orders", { count: score.orders, shown: format.number(score.orders) });
  return (
    <>
      <Link
        to="/segments/$segment"
        params={{ segment: score.segment }}
        className="font-semibold text-accent hover:underline"
      >
        {t(`segment.${score.segment}`)}
      </Link>
      <p className="text-muted">{t("rfm.since", { date: format.date(score.entered_at) })}</p>
      <dl className="my-3 flex flex-col gap-1">
        {(["recency", "frequency", "money"] as const).map((each) => (
          <div key={each} className="flex items-center justify-between gap-3">
            <dt className="text-muted">{t(`rfm.${each}`)}</dt>
            <dd>
              <Dots filled={score[each]} />
              <span className="sr-only">{t("rfm.score", { score: score[each] })}</span>
            </dd>
          </div>
        ))}
      </dl>
      <p>{t("rfm.total", { orders, money: format.money(score.spend, null) })}</p>
      <p className="text-muted">{t("rfm.last", { when: format.ago(score.last_order_at) })}</p>
      <Rhythm score={score} />
    </>
  );
}

function Dots({ filled }: { filled: number }) {
  return (
    <span aria-hidden="true" className="flex gap-1">
      {STEPS.map((step) => (
        <span
          key={step}
          className={`size-2.5 rounded-full ${step <= filled ? "bg-accent" : "bg-line"}`}
        />
      ))}
    </span>
  );
}

function Rhythm({ score: { rhythm_days, last_order_at } }: { score: Score }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (rhythm_days === null) return null;
  const days = Math.max(1, Math.round(Number(rhythm_days)));
  const ago = (Date.now() - Date.parse(last_order_at)) / DAY_MS;
  return (
    <>
      <p className="text-muted">{t("rfm.rhythm", { count: days, shown: format.number(days) })}</p>
      {ago > LATE_FROM * days && <p className="text-warn">{t("rfm.late")}</p>}
    </>
  );
}
