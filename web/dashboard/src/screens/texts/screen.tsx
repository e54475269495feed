import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Select, TextField } from "../../ui/field";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty, Failed, Loading } from "../../ui/states";
import { ELSEWHERE, languagesQuery, PARTS, textsQuery } from "./data";
import { TextList } from "./list";
import { type Search, STATES } from "./routes";

const route = getRouteApi("/frame/settings/texts");

/** What the product says, language by language: read, mended, put back. */
export function Texts() {
  const { t } = useTranslation();
  const language = useChosen();
  const languages = useQuery(languagesQuery);
  return (
    <Page title={t("texts.title")} back="/settings">
      <Card>
        {languages.isPending ? (
          <Loading lines={2} />
        ) : languages.isError ? (
          <Failed error={languages.error} onRetry={() => languages.refetch()} />
        ) : (
          <Standing language={language} />
        )}
      </Card>
      <Card flush>
        <Filters language={language} />
        <Found language={language} />
      </Card>
    </Page>
  );
}

/** The language that is worked on: at first the reader's own. */
function useChosen(): Language {
  const { i18n } = useTranslation();
  return route.useSearch().language ?? (i18n.language as Language);
}

function useGo() {
  const navigate = useNavigate();
  const search = route.useSearch();
  return (change: Search) =>
    void navigate({ to: "/settings/texts", search: { ...search, ...change }, replace: true });
}

function Standing({ language }: { language: Language }) {
  const { t } = useTranslation();
  const format = useFormat();
  const go = useGo();
  const found = useQuery(languagesQuery).data?.items.find((each) => each.language === language);
  if (!found) return null;
  const { reviewed, mended, texts } = found;
  const done = reviewed + mended;
  return (
    <>
      <p className="mb-4 text-muted">{t("texts.text")}</p>
      <div className="grid grid-cols-1 items-end gap-4 sm:grid-cols-2">
        <Select
          label={t("settings.language")}
          value={language}
          options={Object.entries(LANGUAGES) as [Language, string][]}
          onValue={(chosen) => go({ language: chosen })}
        />
        {language !== "en" && (
          <div className="flex min-h-9 flex-col justify-center gap-1.5">
            <p>{t("texts.progress", { done: format.number(done), all: format.number(texts) })}</p>
            <div aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-line">
              <div
                style={{ inlineSize: `${(done / texts) * 100}%` }}
                className="h-full rounded-full bg-accent"
              />
            </div>
          </div>
        )}
      </div>
      {done > 0 && (
        <div className="mt-3">
          <Button kind="link" onClick={() => void download(language)}>
            {t("texts.download")}
          </Button>
        </div>
      )}
    </>
  );
}

/** What somebody has read, as a file in the shape of our catalogues. */
async function download(language: Language): Promise<void> {
  const params = { path: { language }, query: { reviewed: true } };
  const words = await read(api.GET("/v1/api/texts/{language}/mended", { params }));
  const file = new Blob([`${JSON.stringify(words, null, 2)}\n`], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `${language}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function Filters({ language }: { language: Language }) {
  const { t } = useTranslation();
  const { part = "", state = "", q = "" } = route.useSearch();
  const go = useGo();
  const everything: [string, string] = ["", t("activity.everything")];
  // English is the source: nobody has to have read it.
  const states = language === "en" ? (["mended", "outdated"] as const) : STATES;
  return (
    <div className="grid items-end gap-3 p-3 sm:grid-cols-[2fr_1fr_1fr] sm:px-4">
      <search>
        <form
          key={q}
          className="flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            go({ q: String(new FormData(event.currentTarget).get("q")).trim() });
          }}
        >
          <TextField
            label={t("texts.search")}
            type="search"
            name="q"
            dir="auto"
            defaultValue={q}
            maxLength={100}
          />
          <Button type="submit" icon="search">
            <span className="sr-only">{t("customer.find")}</span>
          </Button>
        </form>
      </search>
      <Select
        label={t("texts.part")}
        value={part}
        options={[
          everything,
          ...[...Object.keys(PARTS), ELSEWHERE].map((each): [string, string] => [each, t(each)]),
        ]}
        onValue={(chosen) => go({ part: chosen })}
      />
      <Select
        label={t("order.state")}
        value={state}
        options={[
          everything,
          ...states.map((each): [string, string] => [each, t(`textState.${each}`)]),
        ]}
        onValue={(chosen) => go({ state: chosen as NonNullable<Search["state"]> })}
      />
    </div>
  );
}

function Found({ language }: { language: Language }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const search = route.useSearch();
  const sections = useQuery(languagesQuery).data?.sections ?? [];
  const query = useInfiniteQuery(textsQuery(language, search, sections));
  return (
    <div className="border-t border-line">
      {mayWrite && <p className="px-4 py-2 text-xs text-muted max-sm:hidden">{t("texts.keys")}</p>}
      <Listing query={query} empty={<Empty title={t("activity.noMatch")} />}>
        {(texts) => <TextList key={language} language={language} texts={texts} />}
      </Listing>
    </div>
  );
}
