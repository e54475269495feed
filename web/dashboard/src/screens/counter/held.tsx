import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, read, type Schemas } from "../../api/client";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Switch } from "../../ui/field";
import { Listing } from "../../ui/listing";
import { Empty } from "../../ui/states";
import { CounterPage } from "./counter-page";
import { type Alert, alertsQuery, type Held, heldQuery, useChange } from "./data";

const route = getRouteApi("/frame/counter/held");

/** What devices did that needs a word, and what looks odd. */
export function HeldAndOdd() {
  const { t } = useTranslation();
  const held = useInfiniteQuery(heldQuery);
  return (
    <CounterPage tab="held">
      <Card title={t("counter.held")} flush>
        <Listing query={held} empty={<Empty title={t("counter.noHeld")} />}>
          {(items) => (
            <ul>
              {items.map((it) => (
                <HeldLine key={it.id} held={it} />
              ))}
            </ul>
          )}
        </Listing>
      </Card>
      <Odd />
    </CounterPage>
  );
}

function HeldLine({ held }: { held: Held }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay("program:write");
  const why = useReason();
  const params = { path: { intent_id: held.id } };
  const accepting = useChange(
    () => read(api.POST("/v1/api/counter/held/{intent_id}/accept", { params })),
    t("counter.accepted"),
  );
  const rejecting = useChange(
    () => read(api.POST("/v1/api/counter/held/{intent_id}/reject", { params })),
    t("counter.rejected"),
  );
  const what =
    held.kind === "stamp"
      ? t("counter.stamps", { shown: format.number(held.count ?? 1) })
      : t(`counter.${held.kind}`);
  const busy = accepting.isPending || rejecting.isPending;
  const who = named(held.about);
  const actions = [
    [t("counter.reject"), rejecting, "plain"],
    [t("counter.accept"), accepting, "primary"],
  ] as const;
  return (
    <Line title={what} about={held.about} when={format.instant(held.happened_at)} why={why(held)}>
      {mayWrite &&
        actions.map(([label, action, kind]) => (
          <Button
            key={label}
            kind={kind}
            aria-label={`${label}: ${what}, ${who}`}
            busy={busy}
            onClick={() => action.mutate(undefined)}
          >
            {label}
          </Button>
        ))}
    </Line>
  );
}

function Odd() {
  const { t } = useTranslation();
  const seen = route.useSearch().seen ?? false;
  const navigate = useNavigate();
  const alerts = useInfiniteQuery(alertsQuery(seen));
  return (
    <Card title={t("counter.odd")} flush>
      <div className="border-b border-line px-4 py-3">
        <Switch
          label={t("counter.showSeen")}
          on={seen}
          onChange={(on) =>
            void navigate({ to: "/counter/held", search: on ? { seen: true } : {}, replace: true })
          }
        />
      </div>
      <Listing query={alerts} empty={<Empty title={t("counter.noOdd")} />}>
        {(items) => (
          <ul className="-mt-px">
            {items.map((it) => (
              <AlertLine key={it.id} alert={it} />
            ))}
          </ul>
        )}
      </Listing>
    </Card>
  );
}

function AlertLine({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  const format = useFormat();
  const mayWrite = useMay("program:write");
  const seeing = useChange(() =>
    read(
      api.POST("/v1/api/counter/alerts/{alert_id}/seen", {
        params: { path: { alert_id: alert.id } },
      }),
    ),
  );
  const what = t(`counter.${alert.kind}`);
  return (
    <Line
      title={what}
      about={alert.about}
      when={format.instant(alert.last_at)}
      why={t("counter.times", { shown: format.number(alert.count) })}
    >
      {mayWrite && alert.state === "open" && (
        <Button
          aria-label={`${t("counter.seen")}: ${what}, ${named(alert.about)}`}
          busy={seeing.isPending}
          onClick={() => seeing.mutate(undefined)}
        >
          {t("counter.seen")}
        </Button>
      )}
    </Line>
  );
}

interface LineProps {
  title: string;
  about: Schemas["CounterNames"];
  when: string;
  why: string;
  children: React.ReactNode;
}

function Line({ title, about, when, why, children }: LineProps) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line px-4 py-3">
      <div className="min-w-0 flex-1 basis-44">
        <p className="font-medium break-words">{title}</p>
        <p className="text-xs break-words text-muted">
          <bdi>{named(about)}</bdi>
        </p>
        <p className="text-xs text-muted">
          {when} · {why}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">{children}</div>
    </li>
  );
}

/** Whom and what it is about, as people call it. */
function named(about: Schemas["CounterNames"]): string {
  return [about.customer_name, about.card_number, about.clerk, about.stamper]
    .filter(Boolean)
    .join(" · ");
}

const REASONS: Record<string, "tooOld" | "tooMany" | "keyReplaced" | "wasCutOff"> = {
  TOO_OLD: "tooOld",
  OFFLINE_LIMIT_REACHED: "tooMany",
  KEY_REPLACED: "keyReplaced",
  STAMPER_REVOKED: "wasCutOff",
};

function useReason(): (held: Held) => string {
  const { t } = useTranslation();
  return ({ reason, detail }) => {
    const known = REASONS[reason];
    return known ? t(`counter.${known}`) : detail;
  };
}
