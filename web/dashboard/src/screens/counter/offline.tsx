import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay } from "../../api/program";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { TextField } from "../../ui/field";
import { Failed, Loading } from "../../ui/states";
import { settingsQuery, useChange } from "./data";

/** What devices may do without a network. */
export function Offline() {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const query = useQuery(settingsQuery);
  const saving = useChange(
    (body: { offline_hours: number; offline_stamps: number }) =>
      read(api.PUT("/v1/api/counter/settings/policy", { body })),
    t("counter.saved"),
  );
  if (query.isPending) return <Loading lines={2} />;
  if (query.isError) return <Failed error={query.error} onRetry={() => query.refetch()} />;
  const { offline_hours, offline_stamps } = query.data.policy;
  return (
    <Card title={t("counter.offline")}>
      <form
        key={`${offline_hours} ${offline_stamps}`}
        className="grid items-end gap-4 sm:grid-cols-[1fr_1fr_auto]"
        onSubmit={(event) => {
          event.preventDefault();
          const said = new FormData(event.currentTarget);
          saving.mutate({
            offline_hours: Number(said.get("hours")),
            offline_stamps: Number(said.get("stamps")),
          });
        }}
      >
        <TextField
          label={t("counter.offlineHours")}
          name="hours"
          type="number"
          min={0}
          max={720}
          defaultValue={offline_hours}
          disabled={!mayWrite}
          required
        />
        <TextField
          label={t("counter.offlineStamps")}
          name="stamps"
          type="number"
          min={1}
          max={100}
          defaultValue={offline_stamps}
          disabled={!mayWrite}
          required
        />
        {mayWrite && (
          <Button type="submit" busy={saving.isPending}>
            {t("action.save")}
          </Button>
        )}
      </form>
    </Card>
  );
}
