import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, read } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge, type Tone } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Empty, Failed, Loading } from "../../ui/states";
import { CounterPage } from "./counter-page";
import { CutOff } from "./cut-off";
import { type Offer, type Stamper, stampersQuery, useChange } from "./data";
import { Offline } from "./offline";
import { AddStamper, PairingShown } from "./pairing";

const TONES: Record<Stamper["state"], Tone> = {
  waiting: "plain",
  active: "good",
  revoked: "danger",
};

type Asked = { what: "add" } | { what: "pair"; offer: Offer } | { what: "end"; stamper: Stamper };

/** The devices that stamp. */
export function Stampers() {
  const { t } = useTranslation();
  const mayWrite = useMay("program:write");
  const query = useQuery(stampersQuery);
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const shown = (offer: Offer) => setAsked({ what: "pair", offer });
  return (
    <CounterPage
      tab="stampers"
      actions={
        mayWrite && (
          <Button kind="primary" onClick={() => setAsked({ what: "add" })}>
            {t("counter.addStamper")}
          </Button>
        )
      }
    >
      <Card flush>
        {query.isPending ? (
          <Loading />
        ) : query.isError ? (
          <Failed error={query.error} onRetry={() => query.refetch()} />
        ) : query.data.length === 0 ? (
          <Empty title={t("counter.noStampers")} text={t("counter.noStampersText")} />
        ) : (
          <ul className="-mt-px">
            {query.data.map((stamper) => (
              <Line key={stamper.id} stamper={stamper} onPair={shown} onAsk={setAsked} />
            ))}
          </ul>
        )}
      </Card>
      <Offline />
      {asked?.what === "add" && <AddStamper onMade={shown} onClose={close} />}
      {asked?.what === "pair" && <PairingShown offer={asked.offer} onClose={close} />}
      {asked?.what === "end" && <CutOff stamper={asked.stamper} onClose={close} />}
    </CounterPage>
  );
}

interface LineProps {
  stamper: Stamper;
  onPair: (offer: Offer) => void;
  onAsk: (asked: Asked) => void;
}

function Line({ stamper, onPair, onAsk }: LineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay("program:write");
  const pairing = useChange(async () => {
    const params = { path: { stamper_id: stamper.id } };
    onPair(await read(api.POST("/v1/api/stampers/{stamper_id}/pairing", { params })));
  });
  const { name, state, store_name, device, last_seen_at } = stamper;
  const told = [store_name, device].filter(Boolean).join(" · ");
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line px-4 py-3">
      <div className="min-w-0 flex-1 basis-40">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <bdi className="min-w-0 break-words">{name}</bdi>
          {state !== "active" && <Badge tone={TONES[state]}>{t(`counter.${state}`)}</Badge>}
        </p>
        {told && <p className="text-xs break-words text-muted">{told}</p>}
        {last_seen_at && (
          <p className="text-xs text-muted">
            {t("staff.seen", { when: format.ago(last_seen_at) })}
          </p>
        )}
      </div>
      {mayWrite && (
        <div className="flex flex-wrap gap-2">
          <Button
            aria-label={`${t("counter.newCode")}: ${name}`}
            busy={pairing.isPending}
            onClick={() => pairing.mutate(undefined)}
          >
            {t("counter.newCode")}
          </Button>
          {state !== "revoked" && (
            <Button
              aria-label={`${t("counter.cutOff")}: ${name}`}
              onClick={() => onAsk({ what: "end", stamper })}
            >
              {t("counter.cutOff")}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}
