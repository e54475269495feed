import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Card, Facts } from "../../ui/card";
import { TextField } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Failed, Loading, Refused } from "../../ui/states";
import { Table } from "../../ui/table";
import { type Channel, estimateQuery, type Journey, pricesQuery, savePrices } from "./data";

type Told = Schemas["JourneyEstimate"];

/** Whom it would reach if it began now, with how many messages, and what these would cost. */
export function Estimate({ journey }: { journey: Journey }) {
  const { t } = useTranslation();
  const query = useQuery(estimateQuery(journey));
  return (
    <Card title={t("journey.estimate")}>
      {query.isPending ? (
        <Loading />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <div className="flex flex-col gap-4">
          <Summary estimate={query.data} />
          {query.data.foreseen && <ByChannel estimate={query.data} />}
          <Prices />
        </div>
      )}
    </Card>
  );
}

/** The figures in a few lines; none where only what is yet to happen lets anybody in. */
export function Summary({ estimate }: { estimate: Told }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!estimate.foreseen) return <p className="text-muted">{t("journey.notForeseen")}</p>;
  const costs = Object.values(estimate.cost);
  const unpriced = costs.length < Object.keys(estimate.by_channel).length;
  const facts: [string, string][] = [
    [t("journey.wouldEnter"), format.number(estimate.audience)],
    [t("campaign.heldOut"), format.number(estimate.held_out)],
    [t("journey.unreachable"), format.number(estimate.unreachable)],
    [t("journey.atMost"), format.number(estimate.messages)],
    [
      t("journey.cost"),
      costs.length === 0
        ? t("journey.noPrice")
        : `${format.money(
            costs.reduce((sum, each) => sum + Number(each), 0),
            estimate.currency,
          )}${unpriced ? ` (${t("journey.partly")})` : ""}`,
    ],
    ...(estimate.points
      ? [[t("journey.pointsAtMost"), format.amount(estimate.points)] as [string, string]]
      : []),
    ...(estimate.codes
      ? [[t("journey.codesAtMost"), format.number(estimate.codes)] as [string, string]]
      : []),
  ];
  return (
    <div className="flex flex-col gap-3">
      <p className="text-muted">{t("journey.estimateText")}</p>
      <Facts items={facts} />
    </div>
  );
}

function ByChannel({ estimate }: { estimate: Told }) {
  const { t } = useTranslation();
  const format = useFormat();
  const rows = Object.entries(estimate.by_channel) as [Channel, number][];
  if (rows.length === 0) return null;
  return (
    <div className="-mx-4">
      <Table
        label={t("message.channel")}
        rows={rows}
        keyOf={([channel]) => channel}
        columns={[
          { title: t("message.channel"), cell: ([channel]) => t(`message.${channel}`) },
          {
            title: t("journey.atMost"),
            end: true,
            cell: ([, messages]) => format.number(messages),
          },
          {
            title: t("journey.cost"),
            end: true,
            cell: ([channel]) => {
              const cost = estimate.cost[channel];
              return cost === undefined ? "—" : format.money(cost, estimate.currency);
            },
          },
        ]}
      />
    </div>
  );
}

const PRICED = ["email", "sms", "whatsapp"] as const satisfies readonly Channel[];

/** What one message costs, as the merchant's providers bill it: nobody else knows. */
function Prices() {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const prices = useQuery(pricesQuery).data;
  const [editing, setEditing] = useState(false);
  if (!mayWrite || !prices) return null;
  if (editing) return <PriceFields prices={prices} onClose={() => setEditing(false)} />;
  return (
    <div>
      <Button onClick={() => setEditing(true)}>{t("journey.setPrices")}</Button>
    </div>
  );
}

interface PriceProps {
  prices: Record<string, string>;
  onClose: () => void;
}

function PriceFields({ prices, onClose }: PriceProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [typed, setTyped] = useState(prices);
  const saving = useMutation({
    mutationFn: () =>
      savePrices(Object.fromEntries(Object.entries(typed).filter(([, price]) => price))),
    onSuccess: () => {
      tell(t("earning.saved"));
      void queries.invalidateQueries({ queryKey: ["journeys"] });
      onClose();
    },
  });
  return (
    <form
      className="flex flex-col gap-3 rounded-lg p-3 shadow-card"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <p className="text-muted">{t("journey.pricesText")}</p>
      <Refused error={saving.error} />
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-3">
        {PRICED.map((channel) => (
          <TextField
            key={channel}
            label={t(`message.${channel}`)}
            inputMode="decimal"
            pattern="[0-9]{1,6}([.][0-9]{1,6})?"
            value={typed[channel] ?? ""}
            onChange={(event) =>
              setTyped({ ...typed, [channel]: event.target.value.replace(",", ".") })
            }
          />
        ))}
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button kind="primary" type="submit" busy={saving.isPending}>
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}
