import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { Button, buttonClass } from "../../ui/button";
import { type Badge, type Drawn, type Shown, useChangeBadge } from "./data";
import { useBadgeName } from "./words";

/** What can be done with a badge where it is in its life; all of it can be undone. */
export function Actions({
  read,
  phase,
  badge,
}: { read: Drawn; badge: Badge } & Pick<Shown, "phase">) {
  const { t } = useTranslation();
  const nameOf = useBadgeName();
  const mayWrite = useMay("program:write");
  const { change, isPending } = useChangeBadge();
  if (!mayWrite) return null;
  const to = (changed: Partial<Badge>, told: string) =>
    change({ read, badge: { ...badge, ...changed }, told });
  const name = nameOf(badge);
  const { goal } = badge;
  return (
    <>
      {phase === "archived" ? (
        <Button
          disabled={isPending}
          onClick={() => to({ archived: false }, t("game.back", { name }))}
        >
          {t("reward.bringBack")}
        </Button>
      ) : (
        <Button
          disabled={isPending}
          onClick={() => to({ archived: true }, t("reward.archived", { name }))}
        >
          {t("reward.archive")}
        </Button>
      )}
      {phase === "open" && goal?.ends_at && (
        <Button
          disabled={isPending}
          onClick={() =>
            to({ goal: { ...goal, ends_at: new Date().toISOString() } }, t("campaign.endedNow"))
          }
        >
          {t("campaign.end")}
        </Button>
      )}
      <Link
        to="/gamification/$badge/edit"
        params={{ badge: badge.key }}
        className={buttonClass("primary")}
      >
        {t("campaign.edit")}
      </Link>
    </>
  );
}
