import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useMay } from "../../api/program";
import { DraftForm, useDraft, type Versioned } from "../../ui/draft";
import { Switch, TextField } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Failed, Loading, Refused } from "../../ui/states";
import { type Settings, settingsQuery } from "./data";

export function Rules() {
  const query = useQuery(settingsQuery);
  if (query.data) return <Form known={query.data} />;
  if (query.isError) return <Failed error={query.error} onRetry={() => query.refetch()} />;
  return <Loading />;
}

function Form({ known }: { known: Schemas["ConsentSettingsView"] }) {
  const { t } = useTranslation();
  const mayChange = useMay("program:write");
  const queries = useQueryClient();
  const saving = useMutation({
    mutationFn: ({ version, value }: Versioned<Settings>) =>
      read(api.PUT("/v1/api/consent-settings", { body: { version, settings: value } })),
    onSuccess: (answer, sent) => {
      queries.setQueryData(settingsQuery.queryKey, answer);
      held.saved(sent.value, { version: answer.version, value: answer.settings });
      tell(t("consent.recorded"));
    },
  });
  const held = useDraft({ version: known.version, value: known.settings }, saving.isPending);
  const { quiet_hours: quiet } = held.draft;
  const hour = (name: "starts" | "ends") => (
    <TextField
      label={t(`consent.${name}`)}
      type="time"
      required
      disabled={!mayChange}
      value={quiet[name].slice(0, 5)}
      onChange={({ target }) =>
        target.value && held.change({ quiet_hours: { ...quiet, [name]: `${target.value}:00` } })
      }
    />
  );
  return (
    <div className="p-4">
      <Refused error={saving.error} />
      <DraftForm held={held} busy={saving.isPending} onSave={(draft) => saving.mutate(draft)}>
        <fieldset className="flex flex-col gap-2">
          <legend className="font-medium">{t("consent.quiet")}</legend>
          <p className="text-muted">{t("consent.quietText")}</p>
          <div className="grid max-w-sm grid-cols-2 gap-4">
            {hour("starts")}
            {hour("ends")}
          </div>
        </fieldset>
        <Switch
          label={t("consent.twice")}
          hint={t("consent.twiceText")}
          on={held.draft.double_opt_in}
          disabled={!mayChange}
          onChange={(double_opt_in) => held.change({ double_opt_in })}
        />
        <Switch
          label={t("consent.refusable")}
          on={held.draft.transactional_refusable}
          disabled={!mayChange}
          onChange={(transactional_refusable) => held.change({ transactional_refusable })}
        />
      </DraftForm>
    </div>
  );
}
