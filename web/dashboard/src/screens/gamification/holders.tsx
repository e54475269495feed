import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
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
  const mayTake = useMay("customers:write");
  const people = useQuery(customersById(awards.map((award) => award.customer_id)));
  const taking = useTakeBack();
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
        {
          title: t("game.byHand"),
          wide: true,
          cell: ({ reason }) => <span className="text-muted">{reason ?? "—"}</span>,
        },
        ...(mayTake && awards.some((award) => award.given_by)
          ? [
              {
                title: t("game.takeBack"),
                end: true,
                cell: (award: Award) =>
                  award.given_by && (
                    <Button disabled={taking.isPending} onClick={() => taking.mutate(award)}>
                      {t("game.takeBack")}
                    </Button>
                  ),
              },
            ]
          : []),
      ]}
    />
  );
}

/** Takes back what was given by hand; undone, it is given again for the same reason. */
function useTakeBack() {
  const { t } = useTranslation();
  const text = useProblemText();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ["gamification"] });
  const path = "/v1/api/customers/{customer_id}/badges/{badge}" as const;
  const paramsOf = ({ customer_id, badge }: Award) => ({ path: { customer_id, badge } });
  const giving = useMutation({
    mutationFn: (award: Award) =>
      read(api.PUT(path, { params: paramsOf(award), body: { reason: award.reason ?? "" } })),
    onSuccess: () => tell(t("adjust.undone")),
    onError: (error) => warn(text(error)),
    onSettled: refresh,
  });
  return useMutation({
    mutationFn: (award: Award) => read(api.DELETE(path, { params: paramsOf(award) })),
    onSuccess: (_, award) => tell(t("game.taken"), () => giving.mutate(award)),
    onError: (error) => warn(text(error)),
    onSettled: refresh,
  });
}
