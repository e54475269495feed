import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { useProblemText } from "../../i18n/problems";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { tell, warn } from "../../ui/notice";
import { Empty } from "../../ui/states";
import { Table } from "../../ui/table";
import { customersById } from "../customers/data";
import { useNameOf } from "../customers/name";
import { useByHand } from "./by-hand";
import { type Award, holdersQuery } from "./data";

/** Who holds a badge, since when, and why if somebody gave it by hand. */
export function Holders({ badge }: { badge: string }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(holdersQuery(badge));
  return (
    <Card flush title={t("game.holders")}>
      <Listing query={query} empty={<Empty title={t("game.nobody")} />}>
        {(awards) => <Rows awards={awards} />}
      </Listing>
    </Card>
  );
}

function Rows({ awards }: { awards: Award[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const called = useNameOf();
  const people = useQuery(customersById(awards.map((award) => award.customer_id)));
  return (
    <Table
      label={t("game.holders")}
      rows={awards}
      keyOf={(award) => award.customer_id}
      columns={[
        {
          title: t("customer.name"),
          cell: ({ customer_id }) => {
            const customer = people.data?.get(customer_id);
            return (
              <Link
                to="/customers/$customerId"
                params={{ customerId: customer_id }}
                className="font-medium break-words hover:underline"
              >
                {customer ? called(customer) : t("activity.customer")}
              </Link>
            );
          },
        },
        {
          title: t("order.when"),
          cell: ({ awarded_at }) => <time dateTime={awarded_at}>{format.date(awarded_at)}</time>,
        },
        ...(awards.some((award) => award.given_by)
          ? [
              {
                title: t("adjust.reason"),
                cell: (award: Award) => award.given_by && <ByHand award={award} />,
              },
            ]
          : []),
      ]}
    />
  );
}

/** Why somebody was given it; taken back and undone, it is given again for the same reason. */
function ByHand({ award }: { award: Award }) {
  const { t } = useTranslation();
  const text = useProblemText();
  const mayTake = useMay("customers:write");
  const { give, take } = useByHand();
  const refused = (error: unknown) => warn(text(error));
  const taking = useMutation({
    mutationFn: () => take(award),
    onSuccess: () =>
      tell(t("game.taken"), () => {
        give({ ...award, reason: award.reason ?? "" }).then(
          () => tell(t("adjust.undone")),
          refused,
        );
      }),
    onError: refused,
  });
  return (
    <span className="flex flex-wrap items-center justify-between gap-x-4">
      <span className="text-muted">{award.reason}</span>
      {mayTake && (
        <Button kind="link" busy={taking.isPending} onClick={() => taking.mutate()}>
          {t("game.takeBack")}
        </Button>
      )}
    </span>
  );
}
