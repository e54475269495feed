import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../i18n/format";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Table } from "../../ui/table";
import { versionsQuery } from "./data";

/** What was in force when. Entries keep the version that made them. */
export function Versions() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useInfiniteQuery(versionsQuery);
  return (
    <Card flush title={t("earning.versions")}>
      <Listing query={query} empty={null}>
        {(versions) => (
          <Table
            label={t("earning.versions")}
            rows={versions}
            keyOf={(each) => String(each.version)}
            columns={[
              { title: t("earning.version"), cell: (each) => format.number(each.version) },
              { title: t("earning.from"), cell: (each) => format.instant(each.effective_from) },
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
      </Listing>
    </Card>
  );
}
