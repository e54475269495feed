import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import type { Metrics } from "./data";

interface Figure {
  name: string;
  value: string;
  /** What stands small below it. */
  more?: string;
}

/** The figures of the days, each with what it means. */
export function Figures({ found }: { found: Metrics }) {
  const { t } = useTranslation();
  const format = useFormat();
  const figures: (Figure | null)[] = [
    { name: "active", value: format.number(found.active) },
    { name: "new", value: format.number(found.new) },
    { name: "returning", value: format.number(found.returning) },
    {
      name: "retention",
      value: found.retention_rate === null ? "—" : format.percent(found.retention_rate),
      more: t("shop.ofBefore", {
        kept: format.number(found.retained),
        all: format.number(found.active_before),
      }),
    },
    { name: "atRisk", value: format.number(found.at_risk), more: t("home.rightNow") },
    { name: "visits", value: format.number(found.visits) },
    { name: "stamps", value: format.number(found.stamps) },
    { name: "rewards", value: format.number(found.rewards_given) },
    found.rewards_cost === null
      ? null
      : { name: "cost", value: format.money(found.rewards_cost, found.currency) },
    found.cards_opened === null
      ? null
      : { name: "cards", value: format.number(found.cards_opened) },
  ];
  return (
    <dl className="grid grid-cols-1 gap-3 min-[22rem]:grid-cols-2 sm:grid-cols-3 lg:grid-cols-5">
      {figures.map((each) => each && <Tile key={each.name} {...each} />)}
    </dl>
  );
}

function Tile({ name, value, more }: Figure) {
  const { t } = useTranslation();
  const [told, tell] = useState(false);
  const id = useId();
  const meaning = t(`shop.${name}Text`);
  return (
    <div title={meaning} className="flex flex-col rounded-xl bg-card p-4 shadow-card">
      <dt className="flex items-start justify-between gap-1 font-medium text-muted">
        <span className="min-w-0 break-words">{t(`shop.${name}`)}</span>
        <button
          type="button"
          aria-expanded={told}
          aria-controls={id}
          aria-label={`${t("shop.meaning")}: ${t(`shop.${name}`)}`}
          className="-m-2 flex size-9 shrink-0 items-center justify-center"
          onClick={() => tell(!told)}
        >
          <span
            aria-hidden="true"
            className="flex size-5 items-center justify-center rounded-full border border-line-strong text-xs"
          >
            ?
          </span>
        </button>
      </dt>
      <dd className="mt-1 text-2xl font-bold break-words tabular-nums" data-figure={name}>
        {value}
      </dd>
      {more && <dd className="text-xs text-muted">{more}</dd>}
      <dd id={id} className={told ? "mt-2 text-xs text-muted" : "hidden"}>
        {meaning}
      </dd>
    </div>
  );
}
