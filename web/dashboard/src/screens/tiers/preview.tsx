import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Icon } from "../../ui/icon";
import { tell } from "../../ui/notice";
import { Failed, Loading, Refused } from "../../ui/states";
import { customersById } from "../customers/data";
import { useNameOf } from "../customers/name";
import { finished, type Ladder, type Preview as Moves } from "./data";

interface Props {
  draft: Ladder;
  before: Ladder;
  version: number;
  onClose: () => void;
}

/** Who would move if this were saved; it is saved from here and nowhere else. */
export function Preview({ draft, before, version, onClose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const [ladder] = useState(() => finished(draft));
  const preview = useQuery({
    queryKey: ["tier preview", ladder],
    queryFn: () => read(api.POST("/v1/api/tiers/preview", { body: ladder })),
    gcTime: 0,
  });
  const saving = useMutation({
    mutationFn: () => read(api.PUT("/v1/api/tiers", { body: { ladder, version } })),
    onSuccess: async () => {
      tell(t("tier.saved"));
      await queries.invalidateQueries({ queryKey: ["tiers"] });
      void queries.invalidateQueries({ queryKey: ["customers"] });
      onClose();
    },
  });
  const nameOf = useNames(before, ladder);
  return (
    <Dialog open title={t("tier.preview")} onClose={onClose}>
      <Refused error={saving.error} />
      {preview.isPending && <Loading lines={3} />}
      {preview.isError && <Failed error={preview.error} onRetry={() => preview.refetch()} />}
      {preview.data && (
        <>
          <p className="text-muted">
            {t("tier.previewText", { customers: format.number(preview.data.judged) })}
          </p>
          {preview.data.shifts.length === 0 ? (
            <p className="mt-3 font-medium">{t("tier.nobody")}</p>
          ) : (
            <Shifts preview={preview.data} nameOf={nameOf} />
          )}
        </>
      )}
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button
          kind="primary"
          disabled={!preview.isSuccess}
          busy={saving.isPending}
          onClick={() => saving.mutate()}
        >
          {t("action.save")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** Tiers by their names, those that are about to go included. */
function useNames(before: Ladder, after: Ladder): (key: string | null) => string {
  const { t, i18n } = useTranslation();
  const known = new Map([...before.tiers, ...after.tiers].map((tier) => [tier.key, tier]));
  return (key) => {
    if (key === null) return t("tier.none");
    const tier = known.get(key);
    return tier?.names[i18n.language] || tier?.name || key;
  };
}

interface Shown {
  preview: Moves;
  nameOf: (key: string | null) => string;
}

function Shifts({ preview, nameOf }: Shown) {
  const format = useFormat();
  return (
    <>
      <ul className="mt-3">
        {preview.shifts.map((shift) => (
          <li
            key={`${shift.from_tier} ${shift.to_tier}`}
            className="flex items-center justify-between gap-3 border-t border-line py-2 font-medium"
          >
            <Way from={nameOf(shift.from_tier)} to={nameOf(shift.to_tier)} />
            <span className="tabular-nums">{format.number(shift.customers)}</span>
          </li>
        ))}
      </ul>
      <Movers preview={preview} nameOf={nameOf} />
    </>
  );
}

function Way({ from, to }: { from: string; to: string }) {
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-1">
      {from}
      <Icon name="next" mirrored />
      {to}
    </span>
  );
}

function Movers({ preview: { movers }, nameOf }: Shown) {
  const { t } = useTranslation();
  const called = useNameOf();
  const people = useQuery(customersById(movers.map((mover) => mover.customer_id)));
  return (
    <details className="mt-3">
      <summary className="font-medium">{t("tier.who")}</summary>
      <ul className="mt-1 max-h-60 overflow-y-auto">
        {movers.map((mover) => {
          const customer = people.data?.get(mover.customer_id);
          return (
            <li
              key={mover.customer_id}
              className="flex flex-wrap justify-between gap-x-3 border-t border-line py-2"
            >
              <Link
                to="/customers/$customerId"
                params={{ customerId: mover.customer_id }}
                target="_blank"
                className="text-accent hover:underline"
              >
                {customer ? called(customer) : t("activity.customer")}
              </Link>
              <span className="text-muted">
                <Way from={nameOf(mover.from_tier)} to={nameOf(mover.to_tier)} />
              </span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
