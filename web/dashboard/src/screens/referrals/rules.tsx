import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useMay } from "../../api/program";
import { Card } from "../../ui/card";
import { DraftForm, useDraft, type Versioned } from "../../ui/draft";
import { Switch } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Failed, Loading, Refused } from "../../ui/states";
import { type Settings, settingsQuery } from "./data";
import { Promised } from "./rules-gifts";
import { Abuse, Inviting, Landing, When } from "./rules-parts";

/** What the merchant promises. A referral keeps what was promised when it began. */
export function Rules() {
  const query = useQuery(settingsQuery);
  if (query.data) {
    const { version, settings } = query.data;
    return <Form known={{ version, value: settings as Settings }} />;
  }
  return (
    <Card>
      {query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Loading lines={6} />
      )}
    </Card>
  );
}

function Form({ known }: { known: Versioned<Settings> }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const mayWrite = useMay("program:write");
  const saving = useMutation({
    mutationFn: ({ value: settings, version }: Versioned<Settings>) =>
      read(api.PUT("/v1/api/referrals/settings", { body: { settings, version } })),
    onSuccess: async ({ version, settings }, sent) => {
      held.saved(sent.value, { version, value: settings as Settings });
      tell(t("earning.saved"));
      await queries.invalidateQueries({ queryKey: ["referrals"] });
    },
  });
  const held = useDraft(known, saving.isPending);
  const part = {
    settings: held.draft,
    disabled: !mayWrite,
    fields: (saving.error && problemOf(saving.error).fields) || {},
    onChange: held.change,
  };
  return (
    <DraftForm held={held} busy={saving.isPending} onSave={saving.mutate}>
      <Refused error={saving.error} />
      <Card>
        <Switch
          label={t("referral.enabled")}
          hint={t("referral.enabledText")}
          on={held.draft.enabled}
          disabled={!mayWrite}
          onChange={(enabled) => part.onChange({ enabled })}
        />
      </Card>
      <Promised {...part} />
      <When {...part} />
      <Abuse {...part} />
      <Inviting {...part} />
      <Landing {...part} />
    </DraftForm>
  );
}
