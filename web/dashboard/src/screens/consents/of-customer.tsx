import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge, type Tone } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Failed, Loading } from "../../ui/states";
import { type Agreed, consentsQuery, type Line, useChannelName } from "./data";
import { PreferencesOf } from "./preferences";
import { Record } from "./record";

/** What a customer agrees to, how they want to be written to, and all they have said. */
export function ConsentsOf({ customerId }: { customerId: string }) {
  const { t } = useTranslation();
  const mayRecord = useMay("customers:write");
  const query = useQuery(consentsQuery(customerId));
  const [recording, setRecording] = useState(false);
  if (query.isError) return <Failed error={query.error} onRetry={() => query.refetch()} />;
  if (!query.data) return <Loading />;
  // A row for what nobody was ever asked, on a channel that hardly anybody has, tells nothing.
  const shown = query.data.now.filter((it) => it.channel !== "push" || it.state);
  return (
    <div className="flex flex-col">
      <ul>
        {shown.map((it) => (
          <Row key={`${it.purpose} ${it.channel}`} it={it} />
        ))}
      </ul>
      {mayRecord && (
        <div className="border-t border-line px-4 py-3">
          <Button onClick={() => setRecording(true)}>{t("consent.record")}</Button>
        </div>
      )}
      <PreferencesOf customerId={customerId} />
      {query.data.history.length > 0 && (
        <section className="border-t border-line">
          <h3 className="px-4 pt-4 pb-1 font-semibold">{t("consent.history")}</h3>
          <ul>
            {query.data.history.map((line) => (
              <Said key={line.id} line={line} />
            ))}
          </ul>
        </section>
      )}
      {recording && <Record customerId={customerId} onClose={() => setRecording(false)} />}
    </div>
  );
}

const TONES: { [state in NonNullable<Agreed["state"]>]: Tone } = {
  granted: "good",
  pending: "warn",
  withdrawn: "danger",
};

function useTitle(): (it: Pick<Agreed, "purpose" | "channel">) => string {
  const { t } = useTranslation();
  const nameOf = useChannelName();
  return ({ purpose, channel }) =>
    [t(`consent.${purpose}`), ...(channel ? [nameOf(channel)] : [])].join(" · ");
}

function Row({ it }: { it: Agreed }) {
  const { t } = useTranslation();
  const format = useFormat();
  const titleOf = useTitle();
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line px-4 py-2 last:border-b-0">
      <span>{titleOf(it)}</span>
      <span className="flex flex-wrap items-center gap-2">
        {it.at && <span className="text-xs text-muted">{format.date(it.at)}</span>}
        {it.state ? (
          <Badge tone={TONES[it.state]}>{t(`consent.${it.state}`)}</Badge>
        ) : (
          <Badge>{t(it.allowed ? "consent.allowed" : "consent.silent")}</Badge>
        )}
      </span>
    </li>
  );
}

function Said({ line }: { line: Line }) {
  const { t } = useTranslation();
  const format = useFormat();
  const titleOf = useTitle();
  return (
    <li className="flex flex-col gap-1 border-t border-line px-4 py-3">
      <p className="flex flex-wrap items-center gap-2">
        <span className="font-medium">{titleOf(line)}</span>
        <Badge tone={TONES[line.state]}>{t(`consent.${line.state}`)}</Badge>
      </p>
      {line.words && (
        <p
          dir="auto"
          lang={line.language ?? undefined}
          className="border-s-2 border-line-strong ps-3 break-words"
        >
          {line.words}
        </p>
      )}
      <p className="text-xs text-muted">
        {[
          format.instant(line.at),
          t(`consentWay.${line.way}`),
          ...(line.place ? [line.place] : []),
        ].join(" · ")}
      </p>
    </li>
  );
}
