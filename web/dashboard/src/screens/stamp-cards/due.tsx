import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, onceKey, read, type Schemas } from "../../api/client";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { tell, warn } from "../../ui/notice";
import type { HeldCard } from "./data";

type Reward = Schemas["CardRewardView"];

/** What is there to be used; handing it out by mistake is taken back by one press. */
export function Due({ card, mayUse }: { card: HeldCard; mayUse: boolean }) {
  const { t } = useTranslation();
  const handing = useHandOut();
  return (
    <div className="rounded-lg bg-good-soft p-3">
      <h3 className="font-semibold text-good">{t("stampCard.due")}</h3>
      <ul>
        {card.rewards.map((reward) => (
          <li key={reward.id} className="flex flex-wrap items-center justify-between gap-2 py-1">
            <span className="min-w-0 break-words">{reward.name}</span>
            {mayUse && (
              <Button disabled={handing.isPending} onClick={() => handing.mutate(reward)}>
                {t("stampCard.handOut")}
                <span className="sr-only"> {reward.name}</span>
              </Button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function useHandOut() {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: ["cards"] });
  const putBack = async ({ id }: Reward) => {
    const params = { path: { card_reward_id: id } };
    await read(api.POST("/v1/api/card-rewards/{card_reward_id}/put-back", { params }));
    await again();
  };
  return useMutation({
    mutationFn: ({ id }: Reward) =>
      read(
        api.POST("/v1/api/card-rewards/{card_reward_id}/use", {
          params: { path: { card_reward_id: id }, header: { "Idempotency-Key": onceKey() } },
          body: {},
        }),
      ),
    onSuccess: async (_, reward) => {
      await again();
      tell(t("stampCard.handedOut", { name: reward.name }), () => {
        putBack(reward).then(
          () => tell(t("adjust.undone")),
          (error: unknown) => warn(problem(error)),
        );
      });
    },
    onError: (error) => {
      warn(problem(error));
      void again();
    },
  });
}
