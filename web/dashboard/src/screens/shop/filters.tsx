import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Select, TextField } from "../../ui/field";
import { useNamed } from "../campaigns/data";
import { lastDays, type Metrics, type Wanted } from "./data";
import { useDays } from "./days-long";

const SPANS = [1, 7, 30, 90, 365];

/** Which days, and which store. All of it is in the address. */
export function Filters({ wanted, shown }: { wanted: Wanted; shown: Metrics }) {
  const { t } = useTranslation();
  const long = useDays();
  const navigate = useNavigate();
  const { stores } = useNamed();
  const go = (change: Record<string, string>) => {
    const next = Object.entries({ ...wanted, ...change }).filter(([, value]) => value);
    void navigate({ to: "/shop", search: Object.fromEntries(next), replace: true });
  };
  // By the merchant's calendar, which may be a day ahead of the reader's.
  const today = new Intl.DateTimeFormat("sv", { timeZone: shown.time_zone }).format(new Date());
  const isSpan = (days: number) => shown.last === today && shown.first === lastDays(today, days);
  return (
    <Card>
      <div className="flex flex-col gap-3">
        <fieldset className="flex flex-wrap gap-2">
          <legend className="sr-only">{t("shop.days")}</legend>
          {SPANS.map((days) => (
            <Button
              key={days}
              kind={isSpan(days) ? "primary" : "plain"}
              aria-pressed={isSpan(days)}
              onClick={() => go({ from: lastDays(today, days), to: today })}
            >
              {days === 1 ? t("shop.today") : long(days)}
            </Button>
          ))}
        </fieldset>
        <div className="grid items-end gap-3 min-[26rem]:grid-cols-2 lg:grid-cols-4">
          <TextField
            type="date"
            label={t("activity.from")}
            value={shown.first}
            max={shown.last}
            onChange={(event) => go({ from: event.target.value, to: shown.last })}
          />
          <TextField
            type="date"
            label={t("activity.to")}
            value={shown.last}
            min={shown.first}
            onChange={(event) => go({ from: shown.first, to: event.target.value })}
          />
          {(stores.length > 1 || wanted.store) && (
            <Select
              label={t("activity.store")}
              value={wanted.store ?? ""}
              options={[["", t("order.all")], ...stores]}
              onValue={(store) => go({ store })}
            />
          )}
        </div>
      </div>
    </Card>
  );
}
