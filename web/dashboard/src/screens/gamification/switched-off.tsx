import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { warn } from "../../ui/notice";
import { type Drawn, useSaveGame } from "./data";

/** Says so where a game that was drawn up doesn't run, and switches it on. */
export function SwitchedOff({ drawn }: { drawn: Drawn }) {
  const { t } = useTranslation();
  const text = useProblemText();
  const mayWrite = useMay("program:write");
  const save = useSaveGame();
  if (drawn.version === 0 || drawn.game.enabled) return null;
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-xl bg-warn-soft px-4 py-3 text-warn">
      <p>{t("game.off")}</p>
      {mayWrite && (
        <Button
          busy={save.isPending}
          onClick={() =>
            save.mutate(
              { read: drawn, game: { ...drawn.game, enabled: true } },
              { onError: (error) => warn(text(error)) },
            )
          }
        >
          {t("campaign.start")}
        </Button>
      )}
    </div>
  );
}
