import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card, Facts } from "../../ui/card";
import { Dialog, DialogActions } from "../../ui/dialog";
import { Empty, Refused } from "../../ui/states";
import type { Channel } from "../messages/routes";
import { PROVIDERS, type Sender, useRemoving, useSwitching } from "./data";
import { Editor } from "./editor";
import { SendTest } from "./test";

interface Props {
  channel: Channel;
  sender: Sender | undefined;
}

/** One channel: the account that carries its messages, or that there is none. */
export function OneChannel({ channel, sender }: Props) {
  const { t } = useTranslation();
  const mayChange = useMay("program:write");
  const [asked, setAsked] = useState<"new" | "change" | "test" | "remove" | null>(null);
  const close = () => setAsked(null);
  return (
    <Card title={t(`message.${channel}`)}>
      {sender ? (
        <>
          <Standing sender={sender} />
          {mayChange && (
            <div className="mt-4 flex flex-wrap gap-2">
              <Button onClick={() => setAsked("change")}>{t("staff.change")}</Button>
              <Rest sender={sender} />
              <Button onClick={() => setAsked("test")}>{t("sender.test")}</Button>
              <Button onClick={() => setAsked("new")}>{t("sender.replace")}</Button>
              <Button onClick={() => setAsked("remove")}>{t("action.remove")}</Button>
            </div>
          )}
        </>
      ) : (
        <Empty title={t("sender.nobody")} text={t("sender.nobodyText")}>
          {mayChange && (
            <Button kind="primary" onClick={() => setAsked("new")}>
              {t("sender.setUp")}
            </Button>
          )}
        </Empty>
      )}
      {asked === "new" && <Editor channel={channel} replaces={Boolean(sender)} onClose={close} />}
      {asked === "change" && sender && <Editor channel={channel} sender={sender} onClose={close} />}
      {asked === "test" && <SendTest test={{ channel, occasion: "welcome" }} onClose={close} />}
      {asked === "remove" && sender && <Remove sender={sender} onClose={close} />}
    </Card>
  );
}

function Remove({ sender, onClose }: { sender: Sender; onClose: () => void }) {
  const { t } = useTranslation();
  const removing = useRemoving();
  return (
    <Dialog
      open
      title={`${t("action.remove")}: ${PROVIDERS[sender.provider]}`}
      text={t("sender.removeText")}
      onClose={onClose}
    >
      <Refused error={removing.error} />
      <DialogActions>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button
          kind="danger"
          busy={removing.isPending}
          onClick={() => removing.mutate(sender, { onSuccess: onClose })}
        >
          {t("action.remove")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Standing({ sender }: { sender: Sender }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="flex flex-col gap-3">
      <Trouble sender={sender} />
      <Facts
        items={[
          [
            t("sender.provider"),
            <span key="provider" className="flex flex-wrap items-center gap-2">
              {PROVIDERS[sender.provider]}
              <StateBadge sender={sender} />
            </span>,
          ],
          [
            t(sender.channel === "email" ? "sender.originMail" : "sender.origin"),
            <bdi key="origin" dir="ltr" className="break-all">
              {sender.origin}
            </bdi>,
          ],
          ...(sender.name
            ? ([[t("sender.name"), <bdi key="name">{sender.name}</bdi>]] satisfies [
                string,
                React.ReactNode,
              ][])
            : []),
          [t("sender.rate"), t("sender.pace", { rate: format.number(sender.rate_per_s) })],
          [
            t("deliveryState.waiting"),
            <Link
              key="waiting"
              to="/messages/deliveries"
              search={{ sender: sender.id, state: "waiting" }}
              className="text-accent hover:underline"
            >
              {t("sender.waiting", {
                count: sender.waiting,
                shown: format.number(sender.waiting),
              })}
            </Link>,
          ],
        ]}
      />
    </div>
  );
}

/** Whether the provider is left in peace for a while. */
function rests({ paused_until }: Sender): boolean {
  return paused_until !== null && Date.parse(paused_until) > Date.now();
}

function StateBadge({ sender }: { sender: Sender }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (sender.state === "broken") return <Badge tone="danger">{t("sender.broken")}</Badge>;
  if (sender.state === "paused") return <Badge tone="warn">{t("switches.paused")}</Badge>;
  if (rests(sender))
    return (
      <Badge tone="warn">
        {t("sender.resting", { when: format.instant(sender.paused_until ?? "") })}
      </Badge>
    );
  return <Badge tone="good">{t("sender.on")}</Badge>;
}

/** What is wrong, in words, and what becomes of messages meanwhile. */
function Trouble({ sender }: { sender: Sender }) {
  const { t } = useTranslation();
  const broken = sender.state === "broken";
  const reason = broken ? sender.reason : rests(sender) ? sender.paused_for : null;
  if (!reason) return null;
  return (
    <div
      className={`rounded-lg px-3 py-2 ${broken ? "bg-danger-soft text-danger" : "bg-warn-soft text-warn"}`}
    >
      <p className="font-medium">{t(`deliveryWhy.${reason}`)}</p>
      {broken && <p>{t("sender.brokenText")}</p>}
      {!broken && sender.failures >= OPENS_AFTER && <p>{t("sender.breakerText")}</p>}
    </div>
  );
}

/** So many calls in a row that come to nothing open the breaker. */
const OPENS_AFTER = 5;

function Rest({ sender }: { sender: Sender }) {
  const { t } = useTranslation();
  const switching = useSwitching();
  const on = sender.state !== "on" || rests(sender);
  return (
    <Button
      busy={switching.isPending}
      onClick={() => switching.mutate({ id: sender.id, on })}
      aria-label={`${t(on ? "sender.resume" : "sender.pause")}: ${PROVIDERS[sender.provider]}`}
    >
      {t(on ? "sender.resume" : "sender.pause")}
    </Button>
  );
}
