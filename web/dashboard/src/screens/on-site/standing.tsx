import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "../../ui/badge";
import type { Nudge } from "./data";

type Standing = "on" | "scheduled" | "ended" | "draft" | "paused" | "archived";
const TONES: Record<Standing, Tone> = {
  on: "good",
  scheduled: "plain",
  ended: "plain",
  draft: "plain",
  paused: "warn",
  archived: "plain",
};

/** What is on from one time to another. */
interface Lasting {
  state: Nudge["state"];
  terms: { starts_at?: string | null | undefined; ends_at?: string | null | undefined };
}

/** Where something is in its life, by its state and its time. */
function standingOf({ state, terms }: Lasting, now = Date.now()): Standing {
  if (state !== "active") return state;
  if (terms.starts_at && Date.parse(terms.starts_at) > now) return "scheduled";
  return terms.ends_at && Date.parse(terms.ends_at) <= now ? "ended" : "on";
}

export function StandingBadge({ of }: { of: Lasting }) {
  const { t } = useTranslation();
  const standing = standingOf(of);
  return (
    <Badge tone={TONES[standing]}>
      {standing === "on" ? t("switches.on") : t(`phase.${standing}`)}
    </Badge>
  );
}
