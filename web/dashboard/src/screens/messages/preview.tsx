import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { directionOf, LANGUAGES } from "../../i18n/languages";
import { Card } from "../../ui/card";
import { Failed, Loading } from "../../ui/states";
import { type Device, Sized } from "../on-site/seen";
import { previewQuery, type Scheme, type Which, type Words } from "./data";
import { framed } from "./framed";
import { Parts } from "./parts";

interface Props {
  which: Which;
  /** What is not saved yet; null: what counts. */
  words: Words | null;
  device: Device;
  scheme: Scheme;
}

/** A message as a customer would get it, drawn by the server from samples. */
export function Preview({ which, words, device, scheme }: Props) {
  const { t } = useTranslation();
  const query = useQuery(previewQuery(which, words, scheme));
  const language = LANGUAGES[which.language];
  return (
    <Card title={`${t("reward.preview")}: ${language}`}>
      {query.data && !query.isError ? (
        <Seen shown={query.data} which={which} device={device} />
      ) : query.isError ? (
        <Failed error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Loading lines={6} />
      )}
    </Card>
  );
}

function Seen(of: { shown: Schemas["MessagePreviewView"]; which: Which; device: Device }) {
  const { t } = useTranslation();
  const { subject, html, text, segments, whatsapp } = of.shown;
  const reading = { lang: of.which.language, dir: directionOf(of.which.language) };
  if (html === null)
    return (
      <div className="flex flex-col gap-3">
        <p
          {...reading}
          className="max-w-sm rounded-2xl bg-sunken px-4 py-3 break-words whitespace-pre-line shadow-card"
        >
          {text}
        </p>
        {segments && <Parts of={segments} />}
        {whatsapp && <p className="text-xs break-all text-muted">{whatsapp.name}</p>}
      </div>
    );
  return (
    <>
      <p {...reading} className="font-semibold break-words">
        {subject}
      </p>
      <Sized device={of.device}>
        {(size) => (
          // Nothing in it runs, and it opens nothing: it is looked at.
          <iframe {...size} title={t("reward.preview")} sandbox="" srcDoc={framed(html)} />
        )}
      </Sized>
      <details className="mt-3">
        <summary className="cursor-pointer text-muted">{t("message.plain")}</summary>
        <pre {...reading} className="mt-2 font-sans text-xs break-words whitespace-pre-wrap">
          {text}
        </pre>
      </details>
    </>
  );
}
