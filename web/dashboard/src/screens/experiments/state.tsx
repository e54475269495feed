import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "../../ui/badge";
import type { Experiment } from "./data";

const TONES: Partial<Record<Experiment["state"], Tone>> = { running: "good" };

export function State({ state }: { state: Experiment["state"] }) {
  const { t } = useTranslation();
  return <Badge tone={TONES[state] ?? "plain"}>{t(`experimentState.${state}`)}</Badge>;
}
