import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Select, TextField } from "../../ui/field";
import { type Program, programsQuery } from "../stamp-cards/data";
import type { Trigger } from "./data";
import type { Faults } from "./draft";
import { Numbers } from "./numbers";

type OfCard = Extract<Trigger, { card_program_id: string }>;
interface Props<T extends OfCard> {
  trigger: T;
  faults: Faults;
  onChange: (trigger: Trigger) => void;
}

/** The stamp cards that a journey can follow, and what one is called for the reader. */
export function useCards() {
  const { i18n } = useTranslation();
  const programs = useQuery(programsQuery).data ?? [];
  const nameOf = ({ terms }: Program) => terms.names?.[i18n.language] ?? terms.name;
  return {
    open: programs.filter(({ state }) => state !== "archived"),
    nameOf,
    called: (id: string) => {
      const known = programs.find((each) => each.id === id);
      return known ? nameOf(known) : "…";
    },
  };
}

export function CardAlmostFull({
  trigger,
  faults,
  onChange,
}: Props<Extract<Trigger, { kind: "card_almost_full" }>>) {
  const { t } = useTranslation();
  return (
    <>
      <WhichCard trigger={trigger} faults={faults} onChange={onChange} />
      <Select
        label={t("journey.upTo")}
        value={trigger.up_to}
        options={[
          ["next_reward", t("journey.nextReward")],
          ["full_card", t("journey.fullCard")],
        ]}
        onValue={(up_to) => onChange({ ...trigger, up_to })}
      />
      <TextField
        label={t("journey.stampsMissing")}
        type="number"
        required
        min={1}
        max={99}
        value={trigger.missing_at_most || ""}
        error={faults.missing_at_most}
        onChange={(event) => onChange({ ...trigger, missing_at_most: Number(event.target.value) })}
      />
    </>
  );
}

export function CardMilestone({
  trigger,
  faults,
  onChange,
}: Props<Extract<Trigger, { kind: "card_milestone" }>>) {
  const { t } = useTranslation();
  return (
    <>
      <WhichCard trigger={trigger} faults={faults} onChange={onChange} />
      <Numbers
        label={t("journey.stampNumbers")}
        numbers={trigger.stamps}
        error={faults.stamps}
        onChange={(stamps) => onChange({ ...trigger, stamps })}
      />
    </>
  );
}

function WhichCard({ trigger, faults, onChange }: Props<OfCard>) {
  const { t } = useTranslation();
  const { open, nameOf, called } = useCards();
  const id = trigger.card_program_id;
  const options = open.map((each) => [each.id, nameOf(each)] as const);
  return (
    <Select
      label={t("stampCard.card")}
      value={id}
      error={faults.card_program_id}
      options={open.some((each) => each.id === id) ? options : [[id, called(id)], ...options]}
      onValue={(card_program_id) => onChange({ ...trigger, card_program_id })}
    />
  );
}
