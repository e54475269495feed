import { useTranslation } from "react-i18next";
import { useCalm } from "../../ui/calm";
import { Failed, Loading } from "../../ui/states";
import { useShopDomain } from "./data";
import { type PageName, type PageView, useDrawn } from "./page-data";
import { Seen, Sized, type View } from "./seen";

interface Props extends View {
  page: PageName;
  settings: PageView["settings"];
}

/** The page as the server draws it from what is not saved yet. */
export function PagePreview({ page, settings, ...view }: Props) {
  const { t } = useTranslation();
  const domain = useShopDomain();
  const drawn = useDrawn(page, useCalm(settings), view.language);
  return (
    <Seen {...view}>
      {domain === null ? (
        <p className="mt-3 text-muted">{t("site.noStore")}</p>
      ) : drawn.data ? (
        <Sized device={view.device}>
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
    </Seen>
  );
}

/** With our own policy's nonce on its style, and links that lead nowhere from here. */
function framed(html: string): string {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=style-nonce]")?.content ?? "";
  return html
    .replace("<style>", () => `<style nonce="${nonce}">`)
    .replace("<head>", '<head><base target="_blank">');
}
