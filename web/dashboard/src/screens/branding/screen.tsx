import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { useMay, useMerchant } from "../../api/program";
import type { Language } from "../../i18n/languages";
import { useProblemText } from "../../i18n/problems";
import { Card } from "../../ui/card";
import { DraftForm, useDraft, type Versioned } from "../../ui/draft";
import { Select, TextField } from "../../ui/field";
import { tell, warn } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Failed, Loading, Refused } from "../../ui/states";
import type { Config } from "../on-site/data";
import { Preview } from "../on-site/preview";
import { Beside, type Device } from "../on-site/seen";
import { ColourField } from "./colour";
import { colourIn, type Palette, paletteOf } from "./colours";
import {
  type Branding as Brand,
  brandingQuery,
  CORNERS,
  type Logo,
  type Settings,
  saveBranding,
} from "./data";
import { LogoField, useUpload } from "./logo";

const NAME_AT_MOST = 60;

/** What customers read and see of the merchant: drawn up beside what they will see. */
export function Branding() {
  const { t } = useTranslation();
  const query = useQuery(brandingQuery);
  const merchant = useMerchant();
  return (
    <Page title={t("branding.title")} subtitle={t("branding.text")} back="/settings">
      {query.data && merchant ? (
        <Form brand={query.data} merchant={merchant} />
      ) : (
        <Card>
          {query.isError ? (
            <Failed error={query.error} onRetry={() => query.refetch()} />
          ) : (
            <Loading lines={6} />
          )}
        </Card>
      )}
    </Page>
  );
}

/** What is being written: a name may be empty, a colour none yet. */
type Draft = Settings & { name: string };

function draftOf({ version, settings }: Brand): Versioned<Draft> {
  const { name, colour, corners, logo } = settings as Settings;
  return { version, value: { name: name ?? "", colour, corners, logo } };
}

function Form({ brand, merchant }: { brand: Brand; merchant: Schemas["MerchantView"] }) {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const [language, setLanguage] = useState(merchant.locale as Language);
  const [device, setDevice] = useState<Device>("phone");
  const [uploaded, setUploaded] = useState<readonly Logo[]>([]);
  const saving = useSave((sent, saved) => held.saved(sent, draftOf(saved)));
  const held = useDraft(draftOf(brand), saving.isPending);
  const { draft, change } = held;
  const upload = useUpload((sent) => {
    setUploaded((earlier) => [sent, ...earlier]);
    change({ logo: sent.hash });
  });
  const logo = [...uploaded, brand.logo].find((each) => each && each.hash === draft.logo) ?? null;
  const palette = paletteOf(colourIn(draft.colour) ?? (brand.settings as Settings).colour);
  return (
    <DraftForm
      held={held}
      busy={saving.isPending || upload.isPending}
      onSave={({ value, version }) => saving.mutate({ draft: value, version, before: brand })}
    >
      <Refused error={saving.error} />
      <Beside
        device={device}
        seen={
          <Preview
            change={(config) =>
              shownAs(config, draft.name.trim() || merchant.name, logo, draft.corners, palette)
            }
            page="product"
            who="member"
            open
            language={language}
            onLanguage={setLanguage}
            device={device}
            onDevice={setDevice}
          />
        }
      >
        <Card>
          <div className="flex flex-col gap-6">
            <TextField
              label={t("branding.name")}
              hint={t("branding.nameHint", { name: merchant.name })}
              dir="auto"
              autoComplete="off"
              maxLength={NAME_AT_MOST}
              placeholder={merchant.name}
              disabled={!mayWrite}
              value={draft.name}
              onChange={(event) => change({ name: event.target.value })}
            />
            <LogoField
              label={t("branding.logo")}
              removing={t("branding.remove")}
              logo={logo}
              upload={upload}
              disabled={!mayWrite}
              onRemove={() => change({ logo: null })}
            />
            <ColourField
              value={draft.colour}
              palette={palette}
              disabled={!mayWrite}
              onChange={(colour) => change({ colour })}
            />
            <Select
              label={t("branding.corners")}
              value={draft.corners}
              options={CORNERS.map((each) => [each, t(`branding.${each}`)])}
              disabled={!mayWrite}
              onValue={(corners) => change({ corners })}
            />
          </div>
        </Card>
      </Beside>
    </DraftForm>
  );
}

/** What pages are told in these looks, with the launcher even where it is switched off. */
function shownAs(
  config: Config,
  name: string,
  logo: Logo | null,
  corners: Settings["corners"],
  { colour, onColour, text, textInDark }: Palette,
): Config {
  const palette = { colour, on_colour: onColour, text, text_in_dark: textInDark };
  return {
    ...config,
    brand: { name, logo, corners, palette },
    widget: { ...config.widget, enabled: true, phones: true },
  };
}

interface Sent {
  draft: Draft;
  version: number;
  /** What it replaces, to be taken up again. */
  before: Brand;
}

function useSave(onSaved: (sent: Draft, saved: Brand) => void) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const queries = useQueryClient();
  const keep = (saved: Brand) => {
    queries.setQueryData(brandingQuery.queryKey, saved);
    void queries.invalidateQueries({ queryKey: ["onboarding"] });
  };
  const undo = async (before: Brand, saved: Brand) => {
    try {
      keep(await saveBranding(before.settings as Settings, saved.version));
    } catch (error) {
      warn(problem(error));
    }
  };
  return useMutation({
    mutationFn: ({ draft: { name, colour, corners, logo }, version }: Sent) =>
      saveBranding(
        { name: name.trim() || null, colour: colourIn(colour) ?? colour, corners, logo },
        version,
      ),
    onSuccess: (saved, { draft, before }) => {
      onSaved(draft, saved);
      keep(saved);
      tell(t("earning.saved"), () => void undo(before, saved));
    },
    // Somebody else may have saved: who discards their own begins again from that.
    onError: () => void queries.invalidateQueries({ queryKey: brandingQuery.queryKey }),
  });
}
