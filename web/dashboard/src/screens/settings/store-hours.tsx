import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { another, type Draft, SPANS_AT_MOST, type Span } from "./store-draft";

/** A Monday, for the names of the days. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

interface Props {
  days: Draft["days"];
  disabled: boolean;
  onChange: (days: Draft["days"]) => void;
}

/** When a store is open, weekday by weekday. */
export function Hours({ days, disabled, onChange }: Props) {
  const { t, i18n } = useTranslation();
  const names = new Intl.DateTimeFormat(i18n.language, { weekday: "long", timeZone: "UTC" });
  const change = (day: number, spans: Span[]) =>
    onChange(days.map((before, each) => (each === day ? spans : before)));
  return (
    <div className="flex flex-col">
      {days.map((spans, day) => {
        const name = names.format(MONDAY + day * DAY_MS);
        return (
          <Day
            key={name}
            name={name}
            spans={spans}
            disabled={disabled}
            onChange={(changed) => change(day, changed)}
          />
        );
      })}
      {!disabled && (
        <p className="mt-3">
          <Button
            onClick={() => onChange(days.map(() => (days[0] ?? []).map((it) => ({ ...it }))))}
          >
            {t("place.everyDay", { day: names.format(MONDAY) })}
          </Button>
        </p>
      )}
    </div>
  );
}

interface DayProps {
  name: string;
  spans: readonly Span[];
  disabled: boolean;
  onChange: (spans: Span[]) => void;
}

function Day({ name, spans, disabled, onChange }: DayProps) {
  const { t } = useTranslation();
  return (
    <fieldset
      disabled={disabled}
      className="grid gap-2 border-t border-line py-3 sm:grid-cols-[8rem_1fr]"
    >
      <legend className="sr-only">{name}</legend>
      <p aria-hidden="true" className="font-medium sm:pt-1.5">
        {name}
      </p>
      <div className="flex min-w-0 flex-col items-start gap-2">
        {spans.length === 0 && <p className="text-muted sm:pt-1.5">{t("place.closed")}</p>}
        {spans.map((span, place) => (
          <Hour
            // biome-ignore lint/suspicious/noArrayIndexKey: hours have nothing else to be known by
            key={place}
            span={span}
            disabled={disabled}
            onChange={(changed) =>
              onChange(spans.map((it, each) => (each === place ? changed : it)))
            }
            onRemove={() => onChange(spans.filter((_, each) => each !== place))}
          />
        ))}
        {!disabled && spans.length < SPANS_AT_MOST && (
          <Button
            aria-label={`${t("place.add")}: ${name}`}
            onClick={() => onChange([...spans, another(spans)])}
          >
            {t("place.add")}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

interface HourProps {
  span: Span;
  disabled: boolean;
  onChange: (span: Span) => void;
  onRemove: () => void;
}

function Hour({ span, disabled, onChange, onRemove }: HourProps) {
  const { t } = useTranslation();
  const over = span.closes <= span.opens;
  const field = (name: keyof Span) => (
    <span className="w-28 max-w-full sm:w-36">
      <TextField
        bare
        label={t(`place.${name}`)}
        type="time"
        required
        value={span[name]}
        onChange={({ target }) => onChange({ ...span, [name]: target.value })}
      />
    </span>
  );
  return (
    <div className="flex max-w-full flex-wrap items-center gap-2">
      {field("opens")}
      <span aria-hidden="true">–</span>
      {field("closes")}
      {!disabled && <Button onClick={onRemove}>{t("action.remove")}</Button>}
      {over && span.closes && (
        <span className="w-full text-xs text-muted">
          {t(span.closes === span.opens ? "place.wholeDay" : "place.nextMorning")}
        </span>
      )}
    </div>
  );
}
