import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { tell as notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Failed, Loading, Refused } from "../../ui/states";
import { rewardsQuery } from "../rewards/data";
import { programsQuery } from "../stamp-cards/data";
import { createJourney, journeyQuery } from "./data";
import { planOf, READY } from "./ready";

export function NewJourney() {
  const { t } = useTranslation();
  return (
    <Page title={t("journey.new")} back="/journeys">
      <Card>
        <Choose />
      </Card>
    </Page>
  );
}

/** Plans to start from; each becomes a draft, and is changed there. */
export function Choose() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const rewards = useQuery(rewardsQuery);
  const cards = useQuery(programsQuery);
  const creating = useMutation({
    mutationFn: createJourney,
    onSuccess: (made) => {
      notice(t("journey.drawn"));
      queries.setQueryData(journeyQuery(made.id).queryKey, made);
      void queries.invalidateQueries({ queryKey: ["journeys", "list"] });
      void navigate({ to: "/journeys/$journeyId", params: { journeyId: made.id } });
    },
  });
  if (rewards.isError) return <Failed error={rewards.error} onRetry={() => rewards.refetch()} />;
  if (cards.isError) return <Failed error={cards.error} onRetry={() => cards.refetch()} />;
  if (!rewards.data || !cards.data) return <Loading />;
  const there = { rewards: rewards.data, cards: cards.data };
  const plans = READY.map((ready) => ({
    ready,
    name: t(`journeyReady.${ready}`),
    plan: planOf(ready, t(`journeyReady.${ready}`), there),
  }));
  return (
    <>
      <p className="mb-3 text-muted">{t("journey.pick")}</p>
      <Refused error={creating.error} />
      <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {plans.map(({ ready, name, plan }) => (
          <li key={ready} className="flex flex-col gap-2 rounded-lg p-3 shadow-card">
            <h2 className="font-semibold">{name}</h2>
            <p className="flex-1 text-muted">{t(`journeyReadyText.${ready}`)}</p>
            {plan ? (
              <Button
                className="self-start"
                disabled={creating.isPending}
                onClick={() => creating.mutate(plan)}
              >
                {t("journey.choose")}
                <span className="sr-only"> {name}</span>
              </Button>
            ) : ready.startsWith("card_") ? (
              <Link to="/stamp-cards/new" className="self-start py-1.5 text-accent hover:underline">
                {t("journey.needsCard")}
              </Link>
            ) : (
              <Link to="/rewards/new" className="self-start py-1.5 text-accent hover:underline">
                {t("journey.needsReward")}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
