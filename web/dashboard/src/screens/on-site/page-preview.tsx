import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language } from "../../i18n/languages";
import { Card } from "../../ui/card";
import { Select } from "../../ui/field";
import { Failed, Loading } from "../../ui/states";
import { Choice } from "./choice";
import { useShopDomain } from "./data";
import { type PageName, type PageView, useDrawn } from "./page-data";
import { type Device, Sized } from "./preview";

const PAUSE_MS = 400;

interface Props {
  page: PageName;
  settings: PageView["settings"];
  language: Language;
  onLanguage: (language: Language) => void;
  device: Device;
  onDevice: (device: Device) => void;
}

/** The page as the server draws it from what is not saved yet. */
export function PagePreview({ page, settings, language, onLanguage, device, onDevice }: Props) {
  const { t } = useTranslation();
  const domain = useShopDomain();
  const drawn = useDrawn(page, useCalm(settings), language);
  return (
    <Card title={t("reward.preview")}>
      <div className="flex flex-wrap items-center gap-2">
        <Choice
          label={t("site.device")}
          value={device}
          options={[
            ["phone", t("site.phone")],
            ["desktop", t("site.desktop")],
          ]}
          onValue={onDevice}
        />
        <div className="flex-1 basis-40">
          <Select
            bare
            label={t("settings.language")}
            value={language}
            options={Object.entries(LANGUAGES) as [Language, string][]}
            onValue={onLanguage}
          />
        </div>
      </div>
      {domain === null ? (
        <p className="mt-3 text-muted">{t("site.noStore")}</p>
      ) : drawn.data ? (
        <Sized device={device}>
          {(size) => (
            // Nothing in it runs, and it opens nothing: it is looked at.
            <iframe
              {...size}
              title={t("reward.preview")}
              sandbox=""
              srcDoc={framed(drawn.data ?? "")}
            />
          )}
        </Sized>
      ) : drawn.isError ? (
        <Failed error={drawn.error} onRetry={() => drawn.refetch()} />
      ) : (
        <Loading lines={6} />
      )}
    </Card>
  );
}

/** What somebody has written, once they pause: each keystroke is no page worth drawing. */
function useCalm<T>(value: T): T {
  const [calm, setCalm] = useState(value);
  const said = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(JSON.parse(said)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return calm;
}

/** With our own policy's nonce on its style, and links that lead nowhere from here. */
function framed(html: string): string {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=style-nonce]")?.content ?? "";
  return html
    .replace("<style>", () => `<style nonce="${nonce}">`)
    .replace("<head>", '<head><base target="_blank">');
}
