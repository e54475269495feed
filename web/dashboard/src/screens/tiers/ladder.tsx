import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Line } from "../../ui/line";
import { FRESH, freshTier, incomplete, swapped, type Tier, useMeasure } from "./data";
import { Dot } from "./dot";
import { Editor } from "./editor";
import type { Part } from "./rules";

const AT_MOST = 20;

interface Props extends Part {
  /** Tiers whose threshold is not above that of the one before. */
  wrong: Set<string>;
  customers: Record<string, number>;
}

/** The tiers, lowest first: each a line, and its fields once it is opened. */
export function Steps({ ladder, disabled, onChange, wrong, customers }: Props) {
  const { t } = useTranslation();
  const { tiers } = ladder;
  const [opened, setOpened] = useState<string | null>(null);
  const set = (changed: Tier[]) => onChange({ tiers: changed });
  const add = () => {
    const tier = freshTier("", tiers.at(-1));
    set([...tiers, tier]);
    setOpened(tier.key);
  };
  return (
    <Card
      flush
      title={t("tier.ladder")}
      actions={
        !disabled && tiers.length < AT_MOST && <Button onClick={add}>{t("tier.add")}</Button>
      }
    >
      {tiers.length === 0 && <p className="px-4 pb-4 text-muted">{t("tier.empty")}</p>}
      <ol>
        {tiers.map((tier, place) => (
          <Step
            key={tier.key}
            tier={tier}
            basis={ladder.basis}
            disabled={disabled}
            wrong={wrong.has(tier.key)}
            customers={tier.key.startsWith(FRESH) ? undefined : customers[tier.key]}
            opened={opened === tier.key || wrong.has(tier.key) || incomplete(tier)}
            onOpen={() => setOpened(opened === tier.key ? null : tier.key)}
            onChange={(change) =>
              set(tiers.map((each, n) => (n === place ? { ...each, ...change } : each)))
            }
            onRemove={() => set(tiers.filter((_, n) => n !== place))}
            onDown={place < tiers.length - 1 ? () => set(swapped(tiers, place)) : undefined}
            onUp={place > 0 ? () => set(swapped(tiers, place - 1)) : undefined}
          />
        ))}
      </ol>
    </Card>
  );
}

interface StepProps {
  tier: Tier;
  basis: Part["ladder"]["basis"];
  disabled: boolean;
  wrong: boolean;
  customers: number | undefined;
  opened: boolean;
  onOpen: () => void;
  onChange: (change: Partial<Tier>) => void;
  onRemove: () => void;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
}

function Step({ tier, opened, onOpen, onUp, onDown, onRemove, ...rest }: StepProps) {
  return (
    <li className="border-t border-line px-4 py-3 first:border-0">
      <Line
        name={tier.name}
        summary={<Summary tier={tier} basis={rest.basis} customers={rest.customers} />}
        opened={opened}
        onOpen={rest.disabled ? undefined : onOpen}
        moves={{ up: onUp, down: onDown }}
      >
        <Editor
          tier={tier}
          basis={rest.basis}
          wrong={rest.wrong}
          onChange={rest.onChange}
          onRemove={onRemove}
        />
      </Line>
    </li>
  );
}

type SummaryProps = Pick<StepProps, "tier" | "basis" | "customers">;

function Summary({ tier, basis, customers }: SummaryProps) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const measure = useMeasure();
  const mayLook = useMay("customers:read");
  const brings = [
    t("tier.from", { amount: measure(basis, tier.threshold) }),
    Number(tier.multiplier) !== 1 && `× ${format.number(Number(tier.multiplier))}`,
    tier.entry_points > 0 && t("tier.entryText", { points: format.amount(tier.entry_points) }),
  ];
  const count = customers ?? 0;
  const shown = t("tier.customers", { count, shown: format.number(count) });
  return (
    <div className="flex min-w-0 flex-1 basis-60 items-start gap-3">
      <Dot colour={tier.colour} />
      <div className="min-w-0">
        <p className="font-semibold break-words">{tier.names[i18n.language] || tier.name || "—"}</p>
        <p className="text-muted">{brings.filter(Boolean).join(" · ")}</p>
        {tier.perks.length > 0 && (
          <p className="text-muted break-words">{tier.perks.filter(Boolean).join(" · ")}</p>
        )}
        {customers === undefined ? null : mayLook ? (
          <Link to="/customers" search={{ tier: tier.key }} className="text-accent hover:underline">
            {shown}
          </Link>
        ) : (
          <p>{shown}</p>
        )}
      </div>
    </div>
  );
}
