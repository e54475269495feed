import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Checkbox, Select, TextField } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Failed, Loading, Refused } from "../../ui/states";
import { type Expiry as Policy, pointsUnitQuery } from "./data";

type Change = Required<Schemas["ExpiryChange"]>;
const KINDS = ["never", "days", "month_end", "year_end", "inactivity"] as const;
const COUNTED_IN_DAYS = new Set<string>(["days", "inactivity"]);
const path = { code: "points" };

/** When points lapse. Nothing is saved before it was shown who would lose what. */
export function Expiry({ disabled }: { disabled: boolean }) {
  const { t } = useTranslation();
  const query = useQuery(pointsUnitQuery);
  return (
    <Card title={t("expiry.title")}>
      {query.isPending ? (
        <Loading />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        query.data && (
          <Form
            key={JSON.stringify(query.data.expiry)}
            saved={query.data.expiry as Policy}
            disabled={disabled}
          />
        )
      )}
    </Card>
  );
}

function Form({ saved, disabled }: { saved: Policy; disabled: boolean }) {
  const { t } = useTranslation();
  const [change, setChange] = useState<Change>({ ...saved, existing: false });
  const [asking, setAsking] = useState(false);
  const changed = JSON.stringify(change) !== JSON.stringify({ ...saved, existing: false });
  const inDays = COUNTED_IN_DAYS.has(change.kind);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setAsking(true);
      }}
    >
      <fieldset disabled={disabled} className="grid grid-cols-1 gap-4 sm:grid-cols-2">
        <Select
          label={t("expiry.kind")}
          value={change.kind}
          options={KINDS.map((each) => [each, t(`expiry.${each}`)])}
          onValue={(kind) =>
            setChange({ ...change, kind, days: COUNTED_IN_DAYS.has(kind) ? change.days || 365 : 0 })
          }
        />
        {inDays && (
          <TextField
            label={t("earning.days")}
            type="number"
            min={1}
            max={36500}
            required
            value={change.days || ""}
            onChange={(event) => setChange({ ...change, days: Number(event.target.value) })}
          />
        )}
      </fieldset>
      {change.kind !== "never" && (
        <Checkbox
          label={t("expiry.existing")}
          checked={change.existing}
          onChange={(existing) => setChange({ ...change, existing })}
        />
      )}
      {changed && !disabled && (
        <div className="mt-4 flex justify-end">
          <Button type="submit">{t("expiry.preview")}</Button>
        </div>
      )}
      {asking && <Preview change={change} onClose={() => setAsking(false)} />}
    </form>
  );
}

function Preview({ change, onClose }: { change: Change; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const losses = useQuery({
    queryKey: ["expiry", "preview", change],
    queryFn: () =>
      read(api.POST("/v1/api/units/{code}/expiry/preview", { params: { path }, body: change })),
    gcTime: 0,
  });
  const saving = useMutation({
    mutationFn: () =>
      read(api.PUT("/v1/api/units/{code}/expiry", { params: { path }, body: change })),
    onSuccess: async () => {
      tell(t("earning.saved"));
      onClose();
      await queries.invalidateQueries({ queryKey: ["units"] });
    },
  });
  return (
    <Dialog open title={t("expiry.preview")} onClose={onClose}>
      <Refused error={saving.error} />
      {losses.isPending && <Loading lines={2} />}
      {losses.isError && <Failed error={losses.error} onRetry={() => losses.refetch()} />}
      {losses.data && (
        <>
          <p>
            {losses.data.count === 0
              ? t("expiry.nobody")
              : t("expiry.losses", {
                  customers: format.number(losses.data.count),
                  points: format.amount(losses.data.points),
                })}
          </p>
          <ul className="mt-3 max-h-60 overflow-y-auto">
            {losses.data.first.map((loss) => (
              <li
                key={`${loss.customer_id}-${loss.lapses_at}`}
                className="flex justify-between gap-3 border-t border-line py-2"
              >
                <Link
                  to="/customers/$customerId"
                  params={{ customerId: loss.customer_id }}
                  className="text-accent hover:underline"
                >
                  {t("activity.customer")}
                </Link>
                <span className="text-muted">{format.date(loss.lapses_at)}</span>
                <span className="tabular-nums">{format.amount(loss.points)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button
          kind="primary"
          disabled={!losses.isSuccess}
          busy={saving.isPending}
          onClick={() => saving.mutate()}
        >
          {t("action.save")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
