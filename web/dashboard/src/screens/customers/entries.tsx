import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Listing } from "../../ui/listing";
import { Empty } from "../../ui/states";
import { Figures } from "../orders/figures";
import { Adjust } from "./adjust";
import { type Customer, type Entry, entriesQuery } from "./data";

/** Every line of the books, newest first, and what it was computed from. */
export function Entries({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(entriesQuery(customer.id));
  const [reversing, setReversing] = useState<Entry | null>(null);
  const mayAdjust = useMay("points:write") && !customer.merged_into && !customer.erased_at;
  return (
    <>
      <Listing query={query} empty={<Empty title={t("entry.none")} />}>
        {(entries) => (
          <ol>
            {entries.map((entry) => (
              <Line
                key={entry.id}
                entry={entry}
                onReverse={mayAdjust && entry.kind === "adjust" ? () => setReversing(entry) : null}
              />
            ))}
          </ol>
        )}
      </Listing>
      {reversing && (
        <Adjust
          customer={customer}
          onClose={() => setReversing(null)}
          begin={{
            amount: -reversing.amount,
            reason: t("adjust.undoOf", { reason: reversing.reason ?? "" }).trim(),
          }}
        />
      )}
    </>
  );
}

function Line({ entry, onReverse }: { entry: Entry; onReverse: (() => void) | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li className="flex items-start gap-3 border-t border-line px-4 py-3 first:border-0">
      <div className="min-w-0 flex-1">
        <p className="font-medium">
          <What entry={entry} />
        </p>
        <Figures basis={entry.basis} />
        {entry.reason && <p className="break-words text-muted">{entry.reason}</p>}
        <p className="mt-0.5 flex flex-wrap items-center gap-x-3 text-xs text-muted">
          <time dateTime={entry.occurred_at}>{format.instant(entry.occurred_at)}</time>
          {entry.program_version !== null && (
            <span>{t("entry.version", { version: entry.program_version })}</span>
          )}
          {onReverse && (
            <Button kind="link" className="!min-h-0 !py-0 text-xs" onClick={onReverse}>
              {t("action.undo")}
            </Button>
          )}
        </p>
      </div>
      <div className="text-end tabular-nums">
        <p className={`font-semibold ${entry.amount > 0 ? "text-good" : ""}`}>
          {format.change(entry.amount)}
        </p>
        <p className="text-xs text-muted">
          <span className="sr-only">{t("entry.balanceAfter")} </span>
          {format.number(entry.balance_after)}
        </p>
      </div>
    </li>
  );
}

function What({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const said = t(`entry.${entry.kind}`);
  if (entry.source_kind !== "order") return said;
  return (
    <Link
      to="/orders/$orderId"
      params={{ orderId: entry.source_id }}
      className="text-accent hover:underline"
    >
      {said}
    </Link>
  );
}
