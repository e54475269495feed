import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, problemOf, read } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge } from "../../ui/badge";
import { Card } from "../../ui/card";
import { DraftForm, useDraft, type Versioned } from "../../ui/draft";
import { tell } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Failed, Loading, Refused } from "../../ui/states";
import { Actions } from "./actions";
import { type Program, programQuery } from "./data";
import { Expiry } from "./expiry";
import { Multipliers } from "./multipliers";
import { Debt, Orders } from "./rules";
import { Switches } from "./switches";
import { Versions } from "./versions";

export function Earning() {
  const { t } = useTranslation();
  const query = useQuery(programQuery);
  if (query.data) {
    const { version, settings } = query.data;
    return <Form known={{ version, value: settings as Program }} />;
  }
  return (
    <Page title={t("nav.earning")}>
      <Card>
        {query.isError ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : (
          <Loading lines={6} />
        )}
      </Card>
    </Page>
  );
}

/** Changes are collected here and saved as one new version, or thrown away. */
function Form({ known }: { known: Versioned<Program> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const mayWrite = useMay("program:write");
  const saving = useMutation({
    mutationFn: ({ value: body, version }: Versioned<Program>) =>
      read(api.PUT("/v1/api/program", { body, params: { query: { version } } })),
    onSuccess: async ({ version, settings }, sent) => {
      held.saved(sent.value, { version, value: settings as Program });
      tell(t("earning.saved"));
      await queries.invalidateQueries({ queryKey: ["program"] });
    },
  });
  const held = useDraft(known, saving.isPending);
  const part = {
    program: held.draft,
    disabled: !mayWrite,
    fields: (saving.error && problemOf(saving.error).fields) || {},
    onChange: held.change,
  };
  return (
    <Page
      title={t("nav.earning")}
      subtitle={t("earning.text")}
      actions={<Badge>{t("entry.version", { version: format.number(known.version) })}</Badge>}
    >
      <Switches disabled={!mayWrite} unsaved={held.changed} />
      <Refused error={saving.error} />
      <DraftForm held={held} busy={saving.isPending} onSave={saving.mutate}>
        <Orders {...part} />
        <Multipliers {...part} />
        <Actions {...part} />
        <Debt {...part} />
      </DraftForm>
      <Expiry disabled={!mayWrite} />
      <Versions />
    </Page>
  );
}
