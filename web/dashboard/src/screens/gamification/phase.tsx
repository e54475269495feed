import { useTranslation } from "react-i18next";
import { Badge as Mark, type Tone } from "../../ui/badge";
import type { Shown } from "./data";

type Name = Shown["phase"];

const SAID = {
  open: "phase.running",
  scheduled: "phase.scheduled",
  ended: "phase.ended",
  archived: "phase.archived",
  by_hand: "phase.running",
} as const satisfies Record<Name, string>;
const TONES: Partial<Record<Name, Tone>> = { open: "good", by_hand: "good", scheduled: "warn" };

export function Phase({ phase }: { phase: Name }) {
  const { t } = useTranslation();
  return <Mark tone={TONES[phase] ?? "plain"}>{t(SAID[phase])}</Mark>;
}
