import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Select, TextField } from "../../ui/field";
import { tell } from "../../ui/notice";
import { Failed, Loading, Refused } from "../../ui/states";
import { pointsUnitQuery } from "../earning/data";

type Names = Record<string, [string, string]>;

/** What the merchant calls its points, language by language. */
export function Naming() {
  const { t } = useTranslation();
  const query = useQuery(pointsUnitQuery);
  return (
    <Card title={t("naming.title")}>
      {query.isPending ? (
        <Loading lines={2} />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        query.data && <Form saved={query.data.names as Names} />
      )}
    </Card>
  );
}

function Form({ saved }: { saved: Names }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay("program:write");
  const save = useSave();
  const [language, setLanguage] = useState(i18n.language as Language);
  const [drafts, setDrafts] = useState<Names>({});
  const [one, many] = drafts[language] ?? saved[language] ?? ["", ""];
  const set = (pair: [string, string]) => setDrafts({ ...drafts, [language]: pair });
  const changed = drafts[language] !== undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(
          { before: saved, after: { ...saved, [language]: [one, many] } },
          { onSuccess: () => setDrafts({}) },
        );
      }}
    >
      <Refused error={save.error} />
      <p className="mb-3 text-muted">{t("naming.text")}</p>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-3">
        <Select
          label={t("settings.language")}
          value={language}
          options={Object.entries(LANGUAGES) as [Language, string][]}
          onValue={setLanguage}
        />
        <TextField
          label={t("naming.one")}
          value={one}
          lang={language}
          maxLength={40}
          required
          disabled={!mayWrite}
          onChange={(event) => set([event.target.value, many])}
        />
        <TextField
          label={t("naming.several")}
          value={many}
          lang={language}
          maxLength={40}
          required
          disabled={!mayWrite}
          onChange={(event) => set([one, event.target.value])}
        />
      </div>
      <div className="mt-4 flex flex-wrap items-center justify-between gap-3">
        <p className="text-muted" lang={language} dir="auto">
          {one && many && `${format.number(1)} ${one} · ${format.number(120)} ${many}`}
        </p>
        {mayWrite && (
          <Button type="submit" kind="primary" disabled={!changed} busy={save.isPending}>
            {t("action.save")}
          </Button>
        )}
      </div>
    </form>
  );
}

function useSave() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const put = async (names: Names) => {
    await read(
      api.PUT("/v1/api/units/{code}/names", {
        params: { path: { code: "points" } },
        body: { names },
      }),
    );
    await queries.invalidateQueries({ queryKey: ["units"] });
  };
  return useMutation({
    mutationFn: ({ after }: { before: Names; after: Names }) => put(after),
    onSuccess: (_, { before }) => tell(t("earning.saved"), () => void put(before)),
  });
}
