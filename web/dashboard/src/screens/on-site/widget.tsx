import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "../../api/client";
import { useMay, useMerchant } from "../../api/program";
import type { Language } from "../../i18n/languages";
import { useProblemText } from "../../i18n/problems";
import { Card } from "../../ui/card";
import { DraftForm, type Held, useDraft } from "../../ui/draft";
import { Checkbox, Select, Switch, TextField } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import { Failed, Loading, Refused } from "../../ui/states";
import { Stopped } from "../earning/stopped";
import { type Config, type Settings, type Site, saveSite, siteQuery } from "./data";
import { OnSite } from "./frame";
import { Install } from "./install";
import { Preview } from "./preview";
import { Beside, type Device } from "./seen";

const PAGES = ["product", "cart", "thanks", "home"] as const;
const POINTS = ["product", "cart", "thanks", "calculator"] as const;
const PATHS = ["account", "registration", "cart"] as const;
const LINK_AT_MOST = 500;

/** What of the program is on the shop's pages, beside how that looks. */
export function Widget() {
  const query = useQuery(siteQuery);
  const merchant = useMerchant();
  return (
    <OnSite>
      <Stopped />
      {query.data && merchant ? (
        <Form site={query.data} home={merchant.locale as Language} />
      ) : (
        <Card>
          {query.isError ? (
            <Failed error={query.error} onRetry={() => query.refetch()} />
          ) : (
            <Loading lines={6} />
          )}
        </Card>
      )}
      <Elsewhere />
      <Install />
    </OnSite>
  );
}

const draftOf = ({ version, settings }: Site) => ({ version, value: settings as Settings });

function Form({ site, home }: { site: Site; home: Language }) {
  const saving = useSave((sent, saved) => held.saved(sent, draftOf(saved)));
  const held = useDraft(draftOf(site), saving.isPending);
  const [page, setPage] = useState<(typeof PAGES)[number]>("product");
  const [language, setLanguage] = useState(home);
  const [device, setDevice] = useState<Device>("phone");
  const draft = held.draft;
  return (
    <DraftForm
      held={held}
      busy={saving.isPending}
      onSave={({ value, version }) => saving.mutate({ settings: value, version, before: site })}
    >
      <Refused error={saving.error} />
      <Beside
        device={device}
        seen={
          <Preview
            change={(config) => shownAs(draft, config)}
            page={page}
            pages={PAGES}
            onPage={(next) => setPage(next as typeof page)}
            language={language}
            onLanguage={setLanguage}
            device={device}
            onDevice={setDevice}
          />
        }
      >
        <Fields held={held} error={saving.error} />
      </Beside>
    </DraftForm>
  );
}

function shownAs({ widget, points }: Settings, config: Config): Config {
  const { registration, loyalty, ...pages } = widget.pages;
  return {
    ...config,
    points,
    widget: { ...widget, pages: { ...pages, register: registration, loyalty: loyalty || null } },
  };
}

function Fields({ held, error }: { held: Held<Settings>; error: unknown }) {
  const { t } = useTranslation();
  const disabled = !useMay("program:write");
  const wrong: Record<string, string> = error ? (problemOf(error).fields ?? {}) : {};
  const { widget, points } = held.draft;
  const be = (part: Partial<Settings["widget"]>) => held.change({ widget: { ...widget, ...part } });
  return (
    <fieldset disabled={disabled} className="flex min-w-0 flex-col gap-4">
      <Card title={t("site.widget")}>
        <div className="flex flex-col gap-4">
          <Switch
            label={t("site.enabled")}
            hint={t("site.enabledHint")}
            on={widget.enabled}
            disabled={disabled}
            onChange={(enabled) => be({ enabled })}
          />
          <Switch
            label={t("site.phones")}
            on={widget.phones}
            disabled={disabled}
            onChange={(phones) => be({ phones })}
          />
          <Select
            label={t("site.side")}
            value={widget.side}
            options={[
              ["end", t("site.end")],
              ["start", t("site.start")],
            ]}
            onValue={(side) => be({ side })}
          />
        </div>
      </Card>
      <Card title={t("site.points")}>
        <div className="grid sm:grid-cols-2">
          {POINTS.map((each) => (
            <Checkbox
              key={each}
              label={t(`sitePlace.${each}`)}
              checked={points[each]}
              onChange={(on) => held.change({ points: { ...points, [each]: on } })}
            />
          ))}
        </div>
      </Card>
      <Card title={t("site.paths")}>
        <div className="grid gap-4 sm:grid-cols-2">
          {PATHS.map((each) => (
            <TextField
              key={each}
              label={t(`sitePlace.${each}`)}
              required
              dir="ltr"
              spellCheck={false}
              maxLength={LINK_AT_MOST}
              value={widget.pages[each]}
              error={wrong[`settings.widget.pages.${each}`]}
              onChange={(event) => be({ pages: { ...widget.pages, [each]: event.target.value } })}
            />
          ))}
          <TextField
            label={t("site.loyalty")}
            hint={t("site.oursHint")}
            dir="ltr"
            spellCheck={false}
            maxLength={LINK_AT_MOST}
            value={widget.pages.loyalty ?? ""}
            error={wrong["settings.widget.pages.loyalty"]}
            onChange={(event) =>
              be({ pages: { ...widget.pages, loyalty: event.target.value || null } })
            }
          />
        </div>
      </Card>
    </fieldset>
  );
}

/** What else decides how it looks and what it says. */
function Elsewhere() {
  const { t } = useTranslation();
  return (
    <Card title={t("site.elsewhere")}>
      <ul className="flex flex-wrap gap-x-6 gap-y-2">
        <li>
          <Link to="/settings/branding" className="font-medium text-accent hover:underline">
            {t("branding.title")}
          </Link>
        </li>
        <li>
          <Link to="/settings/texts" className="font-medium text-accent hover:underline">
            {t("texts.title")}
          </Link>
        </li>
        <li>
          <Link to="/earning" className="font-medium text-accent hover:underline">
            {t("switches.title")}
          </Link>
        </li>
      </ul>
    </Card>
  );
}

interface Sent {
  settings: Settings;
  version: number;
  /** What it replaces, to be taken up again. */
  before: Site;
}

function useSave(onSaved: (sent: Settings, saved: Site) => void) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const keep = (saved: Site) => queries.setQueryData(siteQuery.queryKey, saved);
  const undo = async (before: Site, saved: Site) => {
    try {
      keep(await saveSite(before.settings as Settings, saved.version));
    } catch (error) {
      warn(problem(error));
    }
  };
  return useMutation({
    mutationFn: ({ settings, version }: Sent) => saveSite(settings, version),
    onSuccess: (saved, { settings, before }) => {
      onSaved(settings, saved);
      keep(saved);
      tell(t("earning.saved"), () => void undo(before, saved));
    },
    // Somebody else may have saved: who discards their own begins again from that.
    onError: () => void queries.invalidateQueries({ queryKey: siteQuery.queryKey }),
  });
}
