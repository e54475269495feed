import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { tell, warn } from "../../ui/notice";
import { Empty, Failed, Loading } from "../../ui/states";
import { cardsQuery, type HeldCard, type Program, programsQuery } from "./data";
import { DrawnCard } from "./drawn";
import { Due } from "./due";
import { Give } from "./give";
import { Stampings } from "./stampings";

/** A customer's cards as they are now, and what can be done at the counter. */
export function CardsOf({ customerId, living }: { customerId: string; living: boolean }) {
  const { t } = useTranslation();
  const mayStamp = useMay("points:write") && living;
  const query = useQuery(cardsQuery(customerId));
  const programs = useQuery(programsQuery).data ?? [];
  if (query.isError) return <Failed error={query.error} onRetry={() => query.refetch()} />;
  if (!query.data) return <Loading />;
  const held = new Set(query.data.map((card) => card.card_program_id));
  const others = programs.filter(({ id, state }) => state === "active" && !held.has(id));
  return (
    <>
      {query.data.length === 0 && <Empty title={t("stampCard.noCards")} />}
      <ul>
        {query.data.map((card) => (
          <li key={card.id} className="border-t border-line p-4 first:border-0">
            <One
              card={card}
              program={programs.find(({ id }) => id === card.card_program_id)}
              mayStamp={mayStamp}
            />
          </li>
        ))}
      </ul>
      {mayStamp && others.length > 0 && <Others customerId={customerId} programs={others} />}
    </>
  );
}

interface OneProps {
  card: HeldCard;
  program: Program | undefined;
  mayStamp: boolean;
}

function One({ card, program, mayStamp }: OneProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [giving, setGiving] = useState(false);
  const open = mayStamp && !card.void;
  return (
    <section aria-label={card.name} className="flex flex-col gap-3">
      <DrawnCard name={card.name} stages={card.stages} collected={card.collected} />
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-muted">
        <bdi dir="ltr" className="tabular-nums">
          {card.number}
        </bdi>
        <span>{t("stampCard.round", { round: format.number(card.round) })}</span>
        {card.debt > 0 && (
          <span className="text-danger">
            {t("customer.debt", { amount: format.number(card.debt) })}
          </span>
        )}
        {card.void && <Badge tone="danger">{t("stampCard.void")}</Badge>}
      </p>
      {card.rewards.length > 0 && <Due card={card} mayUse={open} />}
      {open && (
        <div>
          <Button
            kind="primary"
            disabled={program?.state !== "active"}
            onClick={() => setGiving(true)}
          >
            {t("stampCard.give")}
          </Button>
        </div>
      )}
      {giving && program && <Give card={card} program={program} onClose={() => setGiving(false)} />}
      <Stampings card={card} mayUndo={open} />
    </section>
  );
}

/** Cards that the customer hasn't got yet. */
function Others({ customerId, programs }: { customerId: string; programs: Program[] }) {
  const { t, i18n } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const opening = useMutation({
    mutationFn: (program: Program) =>
      read(
        api.POST("/v1/api/cards", {
          body: { customer_id: customerId, card_program_id: program.id },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["cards"] });
      tell(t("stampCard.opened"));
    },
    onError: (error) => warn(problem(error)),
  });
  return (
    <div className="flex flex-wrap gap-2 border-t border-line p-4">
      {programs.map((program) => (
        <Button
          key={program.id}
          disabled={opening.isPending}
          onClick={() => opening.mutate(program)}
        >
          {t("stampCard.open", {
            name: program.terms.names?.[i18n.language] ?? program.terms.name,
          })}
        </Button>
      ))}
    </div>
  );
}
