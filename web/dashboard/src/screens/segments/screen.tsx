import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading } from "../../ui/states";
import { SEGMENTS, segmentsQuery } from "./data";

/** All customers by how they buy, from the best to those who are gone. */
export function Segments() {
  const { t } = useTranslation();
  const query = useQuery(segmentsQuery);
  return (
    <Page title={t("nav.segments")} subtitle={t("rfm.text")}>
      {query.data ? (
        <Found found={query.data} />
      ) : (
        <Card>
          {query.isError ? (
            <Failed error={query.error} onRetry={() => query.refetch()} />
          ) : (
            <Loading lines={6} />
          )}
        </Card>
      )}
    </Page>
  );
}

function Found({ found }: { found: Schemas["SegmentsView"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const all = found.items.reduce((sum, each) => sum + each.customers, 0);
  if (all === 0) {
    return (
      <Card>
        <Empty title={t("rfm.empty")} text={t("rfm.text")} />
      </Card>
    );
  }
  const most = Math.max(...found.items.map((each) => each.customers));
  const bySegment = new Map(found.items.map((each) => [each.segment, each]));
  return (
    <>
      <Card flush>
        <ul>
          {SEGMENTS.map((segment) => bySegment.get(segment)).map(
            (each) => each && <Line key={each.segment} segment={each} all={all} most={most} />,
          )}
        </ul>
      </Card>
      <p className="flex flex-wrap gap-x-4 px-1 text-xs text-muted">
        {found.average_order !== null && (
          <span>{t("rfm.average", { money: format.money(found.average_order, null) })}</span>
        )}
        {found.scored_at !== null && (
          <span>{t("rfm.scored", { when: format.ago(found.scored_at) })}</span>
        )}
      </p>
    </>
  );
}

interface LineProps {
  segment: Schemas["SegmentView"];
  all: number;
  most: number;
}

/** A segment with its share: the bar repeats the number beside it. */
function Line({ segment: { segment, customers, spend }, all, most }: LineProps) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const share = new Intl.NumberFormat(i18n.language, { style: "percent" }).format(customers / all);
  return (
    <li className="grid gap-x-6 gap-y-1 border-t border-line px-4 py-3 first:border-0 hover:bg-sunken sm:grid-cols-[3fr_2fr]">
      <div className="min-w-0">
        <Link
          to="/segments/$segment"
          params={{ segment }}
          className="font-semibold text-accent hover:underline"
        >
          {t(`segment.${segment}`)}
        </Link>
        <p>{t(`segmentText.${segment}`)}</p>
        <p className="text-muted">{t(`segmentAdvice.${segment}`)}</p>
      </div>
      <div className="min-w-0 self-center">
        <p className="flex flex-wrap justify-between gap-x-3">
          <span className="font-medium tabular-nums">
            {t("tier.customers", { count: customers, shown: format.number(customers) })}
          </span>
          <span className="text-muted tabular-nums">{t("rfm.share", { share })}</span>
        </p>
        <div aria-hidden="true" className="my-1 h-2 overflow-hidden rounded-full bg-line">
          <div
            className="h-full rounded-full bg-accent"
            style={{ width: `${(100 * customers) / most}%` }}
          />
        </div>
        {customers > 0 && (
          <p className="text-xs text-muted tabular-nums">{format.money(spend, null)}</p>
        )}
      </div>
    </li>
  );
}
