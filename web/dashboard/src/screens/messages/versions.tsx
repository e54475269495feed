import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Table } from "../../ui/table";
import { versionsQuery, type Which } from "./data";

interface Props {
  which: Which;
  /** The version that counts. */
  current: number;
  busy: boolean;
  onRestore: (version: number) => void;
}

/** What was saved, by whom, and the way back to it. */
export function Versions({ which, current, busy, onRestore }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay("program:write");
  const query = useQuery(versionsQuery(which));
  if (!query.data || query.data.items.length === 0) return null;
  return (
    <Card flush title={t("message.versions")}>
      <Table
        label={t("message.versions")}
        rows={query.data.items}
        keyOf={({ version }) => String(version)}
        columns={[
          { title: t("earning.version"), cell: ({ version }) => format.number(version) },
          {
            title: t("earning.from"),
            cell: ({ saved_at, saved_by }) => (
              <span className="flex flex-col">
                {format.instant(saved_at)}
                <span className="text-xs break-all text-muted">{saved_by}</span>
              </span>
            ),
          },
          {
            title: t("message.body"),
            wide: true,
            cell: ({ words }) => (
              <span className="line-clamp-2 text-muted">
                {words ? <bdi>{words.subject ?? words.body}</bdi> : t("texts.original")}
              </span>
            ),
          },
          {
            title: t("message.again"),
            end: true,
            cell: ({ version }) =>
              version !== current &&
              mayWrite && (
                <Button disabled={busy} onClick={() => onRestore(version)}>
                  {t("message.again")}
                </Button>
              ),
          },
        ]}
      />
    </Card>
  );
}
