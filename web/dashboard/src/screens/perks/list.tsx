import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { buttonClass } from "../../ui/button";
import { Card } from "../../ui/card";
import { Switch } from "../../ui/field";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading } from "../../ui/states";
import { Table } from "../../ui/table";
import { useDeciding } from "../on-site/deciding";
import { StandingBadge } from "../on-site/standing";
import { useTierName } from "../tiers/data";
import { Views } from "../tiers/views";
import { type Perk, perkQuery, perksQuery, savePerk } from "./data";

/** What tiers bring besides points, who has it, and who makes sure that nobody else does. */
export function Perks() {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const query = useQuery(perksQuery);
  const add = (
    <Link to="/tiers/perks/new" className={buttonClass("primary")}>
      {t("perk.new")}
    </Link>
  );
  return (
    <Page title={t("nav.tiers")} subtitle={t("tier.text")} actions={mayWrite && add}>
      <Views current="perks" />
      <Card flush>
        {query.isPending ? (
          <Loading />
        ) : query.isError ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : query.data.length > 0 ? (
          <List perks={query.data} />
        ) : (
          <Empty title={t("perk.none")} text={t("perk.noneText")} />
        )}
      </Card>
    </Page>
  );
}

function List({ perks }: { perks: Perk[] }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const tierName = useTierName();
  const deciding = useDeciding(savePerk, perkQuery, perksQuery.queryKey);
  return (
    <Table
      label={t("perk.title")}
      rows={perks}
      keyOf={(perk) => perk.id}
      columns={[
        {
          title: t("reward.name"),
          cell: (perk) => (
            <span className="flex flex-col items-start gap-0.5">
              <Link
                to="/tiers/perks/$perkId"
                params={{ perkId: perk.id }}
                className="font-medium break-words hover:underline"
              >
                {perk.terms.name}
              </Link>
              <span className="text-muted">{perk.terms.tiers.map(tierName).join(", ")}</span>
              <StandingBadge of={lasting(perk)} />
              <span className="text-xs md:hidden">
                <Held by={perk} />
              </span>
            </span>
          ),
        },
        { title: t("reward.kind"), wide: true, cell: ({ terms }) => t(`perkKind.${terms.kind}`) },
        { title: t("perk.held"), wide: true, cell: (perk) => <Held by={perk} /> },
        {
          title: t("switches.on"),
          end: true,
          cell: (perk) => (
            <span className="inline-flex">
              <Switch
                bare
                label={t("site.switch", { name: perk.terms.name })}
                on={perk.state === "active"}
                disabled={!mayWrite || deciding.isPending || perk.state === "archived"}
                onChange={(on) => deciding.mutate({ it: perk, state: on ? "active" : "paused" })}
              />
            </span>
          ),
        },
      ]}
    />
  );
}

/** Early access is over when everybody has it. */
export function lasting({ state, terms }: Pick<Perk, "state" | "terms">) {
  return { state, terms: { starts_at: terms.starts_at, ends_at: terms.everybody_at } };
}

function Held({ by: { held_by, terms } }: { by: Perk }) {
  const { t } = useTranslation();
  if (terms.kind !== "reward" || held_by === "reward") return t(`perkHeld.${held_by}`);
  return <span className="font-medium text-danger">{t("perk.others")}</span>;
}
