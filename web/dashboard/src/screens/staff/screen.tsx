import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Badge, type Tone } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Card } from "../../ui/card";
import { Listing } from "../../ui/listing";
import { Page } from "../../ui/page";
import { Empty } from "../../ui/states";
import { Tabs } from "../../ui/tabs";
import { type Member, staffQuery, useReach } from "./data";
import { Erase } from "./erase";
import { Invite } from "./invite";
import { Manage } from "./manage";
import { Networks } from "./networks";
import { Roles } from "./roles";

const route = getRouteApi("/frame/settings/staff");
const TONES: Record<Member["state"], Tone> = {
  invited: "plain",
  active: "good",
  suspended: "warn",
  removed: "plain",
};

type Asked = { what: "invite"; again?: Member } | { what: "manage" | "erase"; member: Member };

/** Who can sign in, and what they may do. */
export function Staff() {
  const { t } = useTranslation();
  const former = route.useSearch().show === "former";
  const mayWrite = useMay("staff:write");
  const mayShutOut = useMay("access:write");
  const query = useInfiniteQuery(staffQuery(former));
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const tabs = [
    { title: t("staff.people"), link: { to: "/settings/staff", search: {} }, current: !former },
    {
      title: t("staff.former"),
      link: { to: "/settings/staff", search: { show: "former" } },
      current: former,
    },
  ] as const;
  return (
    <Page
      title={t("staff.title")}
      back="/settings"
      actions={
        mayWrite && (
          <Button kind="primary" onClick={() => setAsked({ what: "invite" })}>
            {t("staff.invite")}
          </Button>
        )
      }
    >
      <Card flush>
        <Tabs label={t("staff.title")} tabs={[...tabs]} />
        <Listing query={query} empty={<Empty title={t("staff.nobody")} />}>
          {(members) => (
            <ul className="-mt-px">
              {members.map((member) => (
                <Line key={member.id} member={member} onAsk={setAsked} />
              ))}
            </ul>
          )}
        </Listing>
      </Card>
      {mayShutOut && <Networks />}
      <Roles />
      {asked?.what === "invite" && <Invite again={asked.again} onClose={close} />}
      {asked?.what === "manage" && <Manage member={asked.member} onClose={close} />}
      {asked?.what === "erase" && <Erase member={asked.member} onClose={close} />}
    </Page>
  );
}

function Line({ member, onAsk }: { member: Member; onAsk: (asked: Asked) => void }) {
  const { t } = useTranslation();
  const { isMe } = useReach();
  const name = member.name ?? member.email ?? t("staff.erased");
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line px-4 py-3">
      <div className="min-w-0 flex-1 basis-36">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <bdi className="min-w-0 break-words">{name}</bdi>
          {isMe(member) && <Badge>{t("staff.you")}</Badge>}
          {member.state !== "active" && member.state !== "removed" && (
            <Badge tone={TONES[member.state]}>{t(`memberState.${member.state}`)}</Badge>
          )}
        </p>
        <p className="text-xs break-words text-muted">
          {t(`role.${member.role}`)}
          {member.name && member.email && (
            <>
              {" · "}
              <bdi className="break-all">{member.email}</bdi>
            </>
          )}
        </p>
        <LastSeen member={member} />
      </div>
      <Actions member={member} name={name} onAsk={onAsk} />
    </li>
  );
}

function LastSeen({ member: { last_seen_at, link_expires_at, state } }: { member: Member }) {
  const { t } = useTranslation();
  const format = useFormat();
  const said =
    state === "invited" && link_expires_at
      ? t("staff.linkUntil", { date: format.instant(link_expires_at) })
      : last_seen_at && t("staff.seen", { when: format.ago(last_seen_at) });
  return said ? <p className="text-xs text-muted">{said}</p> : null;
}

function Actions({
  member,
  name,
  onAsk,
}: {
  member: Member;
  name: string;
  onAsk: (asked: Asked) => void;
}) {
  const { t } = useTranslation();
  const { reaches } = useReach();
  if (!reaches(member) || member.erased_at) return null;
  const named = (action: string) => `${action}: ${name}`;
  if (member.state !== "removed") {
    return (
      <Button
        aria-label={named(t("staff.manage"))}
        onClick={() => onAsk({ what: "manage", member })}
      >
        {t("staff.manage")}
      </Button>
    );
  }
  return (
    <div className="flex flex-wrap gap-2">
      <Button
        aria-label={named(t("staff.again"))}
        onClick={() => onAsk({ what: "invite", again: member })}
      >
        {t("staff.again")}
      </Button>
      <Button aria-label={named(t("staff.erase"))} onClick={() => onAsk({ what: "erase", member })}>
        {t("staff.erase")}
      </Button>
    </div>
  );
}
