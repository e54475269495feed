import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { buttonClass } from "../../ui/button";
import { Page } from "../../ui/page";
import { Tabs } from "../../ui/tabs";
import { Stopped } from "../earning/stopped";
import { Badges } from "./badges";
import { Leaderboard } from "./board";
import { gameQuery } from "./data";
import { Rules } from "./rules";
import { SwitchedOff } from "./switched-off";

const route = getRouteApi("/frame/gamification");

export function Gamification() {
  const { t } = useTranslation();
  const { view } = route.useSearch();
  const drawn = useQuery(gameQuery).data;
  const mayWrite = useMay("program:write");
  const mayLook = useMay("customers:read");
  const tabs = [
    { name: undefined, title: t("game.badges") },
    { name: "challenges" as const, title: t("game.challenges") },
    { name: "leaderboard" as const, title: t("game.boardTab") },
  ];
  const challenge = view === "challenges";
  return (
    <Page
      title={t("nav.gamification")}
      subtitle={t("game.text")}
      actions={
        mayWrite &&
        view !== "leaderboard" && (
          <Link
            to="/gamification/new"
            search={challenge ? { challenge } : {}}
            className={buttonClass("primary")}
          >
            {t(challenge ? "game.newChallenge" : "game.new")}
          </Link>
        )
      }
    >
      <Stopped part="gamification" />
      {drawn && <SwitchedOff drawn={drawn} />}
      <div className="overflow-hidden rounded-xl bg-card shadow-card">
        <Tabs
          label={t("nav.gamification")}
          tabs={tabs.map(({ name, title }) => ({
            title,
            current: view === name,
            link: { to: "/gamification", search: name ? { view: name } : {} },
          }))}
        />
        {view !== "leaderboard" && <Badges challenges={challenge} />}
        {view === "leaderboard" && mayLook && <Leaderboard />}
      </div>
      {view === "leaderboard" && <Rules />}
    </Page>
  );
}
