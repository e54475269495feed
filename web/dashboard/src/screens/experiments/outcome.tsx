import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Icon } from "../../ui/icon";
import type { Experiment, Result, VariantResult } from "./data";
import { Difference, Share } from "./interval";
import { useWords } from "./words";

interface Props {
  experiment: Experiment;
  result: Result;
}

/** What may be said, and the figures it rests on, each with where it may lie. */
export function Outcome({ experiment, result }: Props) {
  const { t } = useTranslation();
  return (
    <Card title={t("experiment.result")}>
      <div className="flex flex-col gap-5">
        <Verdict result={result} />
        <Progress result={result} />
        <Shares experiment={experiment} result={result} />
        <Differences result={result} />
        <p className="text-xs text-muted">{t("experiment.howText")}</p>
      </div>
    </Card>
  );
}

/** So much more than the furthest end is drawn: an interval that ends doesn't touch the edge. */
const ROOM = 1.1;
const TONES = {
  too_early: "bg-sunken",
  ended_early: "bg-sunken",
  mismatch: "bg-danger-soft text-danger",
  no_difference: "bg-sunken",
  difference: "bg-good-soft text-good",
} as const;

function Verdict({ result }: { result: Result }) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const { verdict, variants, days_to_go } = result;
  const differing = variants.flatMap((each, place) => {
    const outcome = each.against_first?.outcome;
    return outcome === "better" || outcome === "worse" ? [{ outcome, place }] : [];
  });
  return (
    <div role="status" className={`flex gap-3 rounded-lg p-3 ${TONES[verdict]}`}>
      {verdict === "mismatch" && <Icon name="alert" />}
      <div className="min-w-0">
        {differing.length === 0 ? (
          <p className="font-semibold">{t(`verdict.${verdict}`)}</p>
        ) : (
          differing.map(({ outcome, place }) => (
            <p key={place} className="font-semibold">
              {t(`verdict.${outcome}`, { variant: words.variant(place) })}
            </p>
          ))
        )}
        <p>{t(`verdictText.${verdict}`)}</p>
        {verdict === "too_early" && days_to_go !== null && (
          <p>{t("experiment.toGo", { count: days_to_go, shown: format.number(days_to_go) })}</p>
        )}
      </div>
    </div>
  );
}

/** How many of the planned visitors are counted, by the variant that is furthest behind. */
function Progress({ result }: { result: Result }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [first, ...others] = result.variants;
  if (!first) return null;
  const slowest = others.reduce((least, each) => (part(each) < part(least) ? each : least), first);
  const name = t("experiment.counted");
  return (
    <div className="flex flex-col gap-1">
      <p className="flex flex-wrap justify-between gap-x-3">
        <span>{name}</span>
        <span className="tabular-nums text-muted">
          {t("campaign.usedOf", {
            used: format.number(slowest.counted),
            budget: format.number(slowest.needed),
          })}
        </span>
      </p>
      <div
        role="progressbar"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={slowest.needed}
        aria-valuenow={slowest.counted}
        className="h-1.5 overflow-hidden rounded-full bg-line"
      >
        <div
          className="h-full rounded-full bg-accent"
          style={{ width: `${100 * part(slowest)}%` }}
        />
      </div>
    </div>
  );
}

function part({ counted, needed }: VariantResult): number {
  return needed ? Math.min(1, counted / needed) : 0;
}

function Shares({ experiment, result }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const words = useWords();
  const highest = Math.max(0.01, ...result.variants.map((each) => each.interval?.high ?? 0));
  const most = Math.min(1, ROOM * highest);
  return (
    <section className="flex flex-col gap-3">
      <h3 className="font-semibold">{t("experiment.shares")}</h3>
      {result.variants.map((each, place) => (
        <div key={each.variant} className="flex flex-col gap-1">
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-medium">{words.variant(place)}</span>
            {Object.keys(experiment.design.variants[place]?.changes ?? {}).length === 0 && (
              <span className="text-muted">{t("experiment.asItIs")}</span>
            )}
            <span className="ms-auto tabular-nums">
              {each.share === null ? "—" : format.percent(each.share)}
            </span>
          </p>
          {each.share !== null && each.interval && (
            <Share share={each.share} interval={each.interval} most={most} />
          )}
          <p className="flex flex-wrap gap-x-4 text-xs text-muted">
            {each.interval && <span>{words.between(each.interval)}</span>}
            <span>
              {t("experiment.reachedOf", {
                reached: format.number(each.reached),
                counted: format.number(each.counted),
                visitors: format.number(each.visitors),
              })}
            </span>
          </p>
        </div>
      ))}
    </section>
  );
}

function Differences({ result }: { result: Result }) {
  const { t } = useTranslation();
  const words = useWords();
  const compared = result.variants.flatMap((each, place) =>
    each.against_first ? [{ place, key: each.variant, ...each.against_first }] : [],
  );
  if (compared.length === 0) return null;
  const furthest = compared.flatMap(({ interval: { low, high } }) => [-low, low, high, -high]);
  const most = ROOM * Math.max(0.001, ...furthest);
  return (
    <section className="flex flex-col gap-3">
      <h3 className="font-semibold">{t("experiment.compared")}</h3>
      {compared.map(({ place, key, difference, interval }) => (
        <div key={key} className="flex flex-col gap-1">
          <p className="flex flex-wrap items-baseline justify-between gap-x-2">
            <span className="font-medium">{words.variant(place)}</span>
            <span className="tabular-nums">
              {t("experiment.points", { points: words.points(difference) })}
            </span>
          </p>
          <Difference difference={difference} interval={interval} most={most} />
          <p className="text-xs text-muted">
            {t("experiment.between", {
              low: words.points(interval.low),
              high: words.points(interval.high),
            })}
          </p>
        </div>
      ))}
    </section>
  );
}
