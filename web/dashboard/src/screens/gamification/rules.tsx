import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { Card } from "../../ui/card";
import { DraftForm, useDraft } from "../../ui/draft";
import { Select, Switch } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Refused } from "../../ui/states";
import { type Drawn, type Game, gameQuery, useSaveGame } from "./data";

const RHYTHMS = ["week", "month"] as const;
const SPANS = ["week", "month", "year", "all_time"] as const;
const MEASURES = ["points", "orders"] as const;

/** How often a streak asks for an order, and what the leaderboard counts. */
export function Rules() {
  const drawn = useQuery(gameQuery).data;
  return drawn ? <Form drawn={drawn} /> : null;
}

function Form({ drawn }: { drawn: Drawn }) {
  const { t } = useTranslation();
  const disabled = !useMay("program:write");
  const saving = useSaveGame();
  const held = useDraft({ version: drawn.version, value: drawn.game }, saving.isPending);
  const { draft, change } = held;
  const board = draft.leaderboard;
  const setBoard = (changed: Partial<NonNullable<Game["leaderboard"]>>) =>
    change({ leaderboard: { measure: "points", span: "month", ...board, ...changed } });
  return (
    <DraftForm
      held={held}
      busy={saving.isPending}
      onSave={({ value: game, version }) =>
        saving.mutate(
          { read: { version, game }, game },
          {
            onSuccess: (answer) => {
              held.saved(game, { version: answer.version, value: answer.game });
              tell(t("game.saved"));
            },
          },
        )
      }
    >
      <Refused error={saving.error} />
      <Card title={t("game.streak")}>
        <fieldset disabled={disabled} className="max-w-sm">
          <Select
            label={t("game.rhythm")}
            hint={t("game.streakText")}
            value={draft.streak}
            options={RHYTHMS.map((each) => [each, t(`gameSpan.${each}`)])}
            onValue={(streak) => change({ streak })}
          />
        </fieldset>
      </Card>
      <Card title={t("game.board")}>
        <fieldset disabled={disabled} className="flex flex-col gap-4">
          <Switch
            label={t("game.boardOn")}
            hint={t("game.boardText")}
            on={board !== null}
            disabled={disabled}
            onChange={(on) => (on ? setBoard({}) : change({ leaderboard: null }))}
          />
          {board && (
            <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
              <Select
                label={t("game.ranked")}
                value={board.measure ?? "points"}
                options={MEASURES.map((each) => [each, t(`tierBasis.${each}`)])}
                onValue={(measure) => setBoard({ measure })}
              />
              <Select
                label={t("game.span")}
                value={board.span ?? "month"}
                options={SPANS.map((each) => [each, t(`gameSpan.${each}`)])}
                onValue={(span) => setBoard({ span })}
              />
            </div>
          )}
        </fieldset>
      </Card>
    </DraftForm>
  );
}
