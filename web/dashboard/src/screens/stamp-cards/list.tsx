import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge } from "../../ui/badge";
import { buttonClass } from "../../ui/button";
import { Card } from "../../ui/card";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading } from "../../ui/states";
import { Table } from "../../ui/table";
import { type Program, programsQuery, TONES, useStateName } from "./data";
import { useStarts } from "./starts";

export function StampCards() {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const query = useQuery(programsQuery);
  return (
    <Page
      title={t("nav.stampCards")}
      actions={
        mayWrite && (
          <Link to="/stamp-cards/new" className={buttonClass("primary")}>
            {t("stampCard.new")}
          </Link>
        )
      }
    >
      <Card flush>
        {query.isPending ? (
          <Loading />
        ) : query.isError ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : query.data.length === 0 ? (
          <Nothing mayWrite={mayWrite} />
        ) : (
          <Programs programs={query.data} />
        )}
      </Card>
    </Page>
  );
}

/** What to begin with: cards that many shops have. */
function Nothing({ mayWrite }: { mayWrite: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const starts = useStarts();
  return (
    <Empty title={t("stampCard.none")} text={t("stampCard.noneText")}>
      {mayWrite && (
        <ul className="mt-3 grid w-full max-w-2xl gap-3 sm:grid-cols-3">
          {starts.map(({ name, stages }, start) => (
            <li key={name}>
              <Link
                to="/stamp-cards/new"
                search={{ start }}
                className="flex h-full flex-col gap-1 rounded-xl p-4 shadow-card hover:bg-sunken"
              >
                <span className="font-semibold">{name}</span>
                {stages.map((stage) => (
                  <span key={stage.key} className="text-muted">
                    {format.number(Number(stage.count))} · {stage.name}
                  </span>
                ))}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Empty>
  );
}

function Programs({ programs }: { programs: Program[] }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const stateName = useStateName();
  return (
    <Table
      label={t("nav.stampCards")}
      rows={programs}
      keyOf={({ id }) => id}
      columns={[
        {
          title: t("customer.name"),
          cell: ({ id, terms }) => (
            <span className="flex flex-col items-start gap-1">
              <Link
                to="/stamp-cards/$programId"
                params={{ programId: id }}
                className="font-medium break-words hover:underline"
              >
                {terms.names?.[i18n.language] ?? terms.name}
              </Link>
              <span className="text-muted">
                {terms.stages
                  .map(
                    ({ count, name, names }) =>
                      `${format.number(count)} · ${names?.[i18n.language] ?? name}`,
                  )
                  .join(", ")}
              </span>
            </span>
          ),
        },
        {
          title: t("order.state"),
          cell: ({ state }) => <Badge tone={TONES[state]}>{stateName(state)}</Badge>,
        },
        {
          title: t("stampCard.cards"),
          end: true,
          cell: ({ cards }) => format.number(cards),
        },
      ]}
    />
  );
}
