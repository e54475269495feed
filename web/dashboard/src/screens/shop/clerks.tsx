import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Empty } from "../../ui/states";
import { Table } from "../../ui/table";
import type { Metrics } from "./data";

type Clerk = Metrics["clerks"][number];

/** Who did what at the counter. */
export function Clerks({ clerks }: { clerks: Metrics["clerks"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const maySeeOthers = useMay("staff:read");
  const nameOf = ({ by, name }: Clerk) =>
    name ?? (by.startsWith("api_key:") ? t("via.api_key") : t("via.staff"));
  if (clerks.length === 0) {
    return (
      <Empty title={t("shop.noClerks")} {...(maySeeOthers ? {} : { text: t("shop.ownOnly") })} />
    );
  }
  return (
    <>
      <Table
        label={t("shop.clerks")}
        rows={clerks}
        keyOf={(row) => row.by}
        columns={[
          { title: t("shop.clerk"), cell: (row) => <bdi>{nameOf(row)}</bdi> },
          { title: t("shop.stampings"), end: true, cell: (row) => format.number(row.stampings) },
          {
            title: t("shop.stamps"),
            end: true,
            wide: true,
            cell: (row) => format.number(row.stamps),
          },
          { title: t("shop.undone"), end: true, cell: (row) => format.number(row.undone) },
          {
            title: t("shop.rewards"),
            end: true,
            wide: true,
            cell: (row) => format.number(row.rewards_given),
          },
        ]}
      />
      {!maySeeOthers && <p className="px-4 py-3 text-xs text-muted">{t("shop.ownOnly")}</p>}
    </>
  );
}
