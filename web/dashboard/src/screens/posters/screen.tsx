import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading } from "../../ui/states";
import { Table } from "../../ui/table";
import { settingsQuery } from "../counter/data";
import { Batches } from "./batches";
import { cardProgramsQuery, type Poster, postersQuery } from "./data";
import { NewPoster } from "./new-poster";
import { PrintPoster } from "./print-poster";

/** What hangs at the counters, and the cards that were printed. */
export function Posters() {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const query = useQuery(postersQuery);
  const programs = useQuery(cardProgramsQuery).data;
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<string>();
  const poster = query.data?.find(({ id }) => id === shown);
  const add = mayWrite && programs && programs.length > 0 && (
    <Button kind="primary" onClick={() => setMaking(true)}>
      {t("posters.new")}
    </Button>
  );
  return (
    <Page title={t("posters.title")} subtitle={t("posters.intro")} actions={add}>
      <Card flush>
        {query.isPending ? (
          <Loading />
        ) : query.isError ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : query.data.length > 0 ? (
          <List posters={query.data} onShow={setShown} />
        ) : (
          <Empty
            title={t("posters.none")}
            text={t(programs?.length === 0 ? "posters.noCards" : "posters.noneText")}
          />
        )}
      </Card>
      <Batches programs={programs ?? []} />
      {making && programs && (
        <NewPoster
          programs={programs}
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setShown(made.id);
          }}
        />
      )}
      {poster && <PrintPoster poster={poster} onClose={() => setShown(undefined)} />}
    </Page>
  );
}

interface ListProps {
  posters: Poster[];
  onShow: (id: string) => void;
}

function List({ posters, onShow }: ListProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const programs = useQuery(cardProgramsQuery).data ?? [];
  const cardOf = (poster: Poster) =>
    programs.find(({ id }) => id === poster.card_program_id)?.terms.name ?? "–";
  const places = useQuery(settingsQuery).data?.places ?? [];
  const storeOf = (poster: Poster) =>
    places.find(({ store_id }) => store_id === poster.store_id)?.store_name;
  return (
    <Table
      label={t("posters.title")}
      rows={posters}
      keyOf={({ id }) => id}
      columns={[
        {
          title: t("posters.name"),
          cell: (poster) => (
            <span className="flex flex-col items-start gap-0.5">
              <button
                type="button"
                className="text-start font-medium break-words hover:underline"
                onClick={() => onShow(poster.id)}
              >
                <bdi>{poster.name}</bdi>
              </button>
              <span className="text-muted">
                <bdi>{cardOf(poster)}</bdi>
                {storeOf(poster) && (
                  <>
                    {" · "}
                    <bdi>{storeOf(poster)}</bdi>
                  </>
                )}
              </span>
              {poster.withdrawn_at && <Badge>{t("posters.withdrawn")}</Badge>}
            </span>
          ),
        },
        {
          title: t("posters.code"),
          wide: true,
          cell: ({ code }) => <bdi className="font-mono">{code}</bdi>,
        },
        { title: t("posters.cards"), end: true, cell: ({ cards }) => number(cards) },
        {
          title: t("posters.print"),
          end: true,
          cell: (poster) => (
            <Button
              disabled={poster.withdrawn_at !== null}
              aria-label={`${t("posters.print")}: ${poster.name}`}
              onClick={() => onShow(poster.id)}
            >
              {t("posters.print")}
            </Button>
          ),
        },
      ]}
    />
  );
}
