import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useProblemText } from "../../i18n/problems";
import { paged } from "../../ui/listing";
import { tell, warn } from "../../ui/notice";

export type Badge = Required<Schemas["Badge-Output"]>;
export type Goal = Schemas["Goal-Output"];
export type Measure = Schemas["Measure"];
export type Game = Omit<Required<Schemas["Game-Output"]>, "badges"> & { badges: Badge[] };
/** The game and its version, which is asked for when it is changed. */
export type Drawn = Pick<Schemas["GameView"], "version"> & { game: Game };
export type Shown = Omit<Schemas["BadgeView"], "badge"> & { badge: Badge };
export type Report = Schemas["BadgeReport"];
export type Award = Schemas["AwardView"];

export const gameQuery = queryOptions({
  queryKey: ["gamification", "game"],
  queryFn: async () => (await read(api.GET("/v1/api/gamification"))) as Drawn,
});

export const badgesQuery = queryOptions({
  queryKey: ["gamification", "badges"],
  queryFn: async () => (await read(api.GET("/v1/api/gamification/badges"))).items as Shown[],
});

export const badgeQuery = (badge: string) =>
  queryOptions({
    queryKey: ["gamification", "badge", badge],
    queryFn: () =>
      read(api.GET("/v1/api/gamification/badges/{badge}", { params: { path: { badge } } })),
  });

export const holdersQuery = (badge: string) =>
  infiniteQueryOptions({
    queryKey: ["gamification", "holders", badge],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/gamification/badges/{badge}/customers", {
          params: { path: { badge }, query: pageParam ? { cursor: pageParam } : {} },
        }),
      ),
    ...paged,
  });

export const playerQuery = (customer_id: string) =>
  queryOptions({
    queryKey: ["gamification", "player", customer_id],
    queryFn: () =>
      read(
        api.GET("/v1/api/customers/{customer_id}/gamification", {
          params: { path: { customer_id } },
        }),
      ),
  });

export const boardQuery = (which: Schemas["Which"]) =>
  queryOptions({
    queryKey: ["gamification", "board", which],
    queryFn: () =>
      read(api.GET("/v1/api/gamification/leaderboard", { params: { query: { which } } })),
  });

/** A badge with a beginning or an end. */
export function isChallenge({ goal }: Badge): boolean {
  return Boolean(goal?.starts_at || goal?.ends_at);
}

/** The game with this badge in the place of the one of its key, or at the end. */
export function withBadge(game: Game, badge: Badge): Game {
  const known = game.badges.some((each) => each.key === badge.key);
  const badges = known
    ? game.badges.map((each) => (each.key === badge.key ? badge : each))
    : [...game.badges, badge];
  return { ...game, badges };
}

interface Saving {
  read: Drawn;
  game: Game;
}

/** Makes a game what counts from now on; refused if somebody else has changed it meanwhile. */
export function useSaveGame() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ read: { version }, game }: Saving) => {
      // Who draws up the first badge wants to play.
      const enabled = version === 0 || game.enabled;
      const body = { game: { ...game, enabled }, version };
      return (await read(api.PUT("/v1/api/gamification", { body }))) as Drawn;
    },
    onSuccess: (saved) => queries.setQueryData(gameQuery.queryKey, saved),
    onSettled: () => queries.invalidateQueries({ queryKey: ["gamification"] }),
  });
}

interface Change {
  read: Drawn;
  badge: Badge;
  told: string;
}

/** Changes one badge at once, told with a way back. */
export function useChangeBadge() {
  const { t } = useTranslation();
  const text = useProblemText();
  const save = useSaveGame();
  const refused = (error: unknown) => warn(text(error));
  const change = ({ read, badge, told }: Change) => {
    const before = read.game.badges.find((each) => each.key === badge.key);
    save.mutate(
      { read, game: withBadge(read.game, badge) },
      {
        onError: refused,
        onSuccess: (saved) =>
          tell(told, () => {
            if (!before) return;
            save.mutate(
              { read: saved, game: withBadge(saved.game, before) },
              { onError: refused, onSuccess: () => tell(t("adjust.undone")) },
            );
          }),
      },
    );
  };
  return { change, isPending: save.isPending };
}
