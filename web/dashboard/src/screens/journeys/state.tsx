import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "../../ui/badge";
import type { State as Name } from "./routes";

const TONES: Partial<Record<Name, Tone>> = { active: "good", paused: "warn" };

/** A journey's state, in the words of campaigns. */
export function useStateName(): (state: Name) => string {
  const { t } = useTranslation();
  return (state) => t(`phase.${state === "active" ? "running" : state}`);
}

export function State({ state }: { state: Name }) {
  const nameOf = useStateName();
  return <Badge tone={TONES[state] ?? "plain"}>{nameOf(state)}</Badge>;
}
