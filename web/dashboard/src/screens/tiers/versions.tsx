import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Failed, Loading } from "../../ui/states";
import { Table } from "../../ui/table";
import { type Ladder, ladderVersionsQuery, useMeasure } from "./data";

/** What was in force when, and by whom. */
export function Versions() {
  const { t } = useTranslation();
  const format = useFormat();
  const measure = useMeasure();
  const query = useQuery(ladderVersionsQuery);
  const steps = ({ basis, tiers }: Ladder) =>
    tiers.map((tier) => `${tier.name} ${measure(basis, tier.threshold)}`).join(" · ");
  return (
    <Card flush title={t("tier.versions")}>
      {query.isPending && <Loading lines={2} />}
      {query.isError && <Failed error={query.error} onRetry={() => query.refetch()} />}
      {query.data && (
        <Table
          label={t("tier.versions")}
          rows={query.data.items}
          keyOf={(each) => String(each.version)}
          columns={[
            { title: t("earning.version"), cell: (each) => format.number(each.version) },
            {
              title: t("earning.from"),
              cell: (each) => each.effective_from && format.instant(each.effective_from),
            },
            {
              title: t("tier.ladder"),
              wide: true,
              cell: (each) => (
                <span className="text-muted">
                  {each.ladder.enabled ? steps(each.ladder as Ladder) : t("tier.off")}
                </span>
              ),
            },
            {
              title: t("earning.by"),
              end: true,
              cell: (each) => (
                <span className="text-xs break-all text-muted">{each.created_by}</span>
              ),
            },
          ]}
        />
      )}
    </Card>
  );
}
