import { useInfiniteQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/program";
import { useFormat } from "../../i18n/format";
import { Button } from "../../ui/button";
import { Listing } from "../../ui/listing";
import { MOVES, wordOf } from "../../ui/shortcuts";
import { Empty } from "../../ui/states";
import { QUEUE, type Referral, referralsQuery } from "./data";
import { useDeciding } from "./deciding";
import { Decline } from "./decline";
import { Person } from "./referral-table";

/** Referrals that somebody has to look at. Keys work while one of them has the focus. */
export function Queue() {
  const { t } = useTranslation();
  const query = useInfiniteQuery(referralsQuery(QUEUE));
  const mayDecide = useMay("points:write");
  return (
    <>
      <p className="border-b border-line px-4 py-3 text-muted">
        {t("referral.reviewText")} {mayDecide && <span>{t("referral.keys")}</span>}
      </p>
      <Listing query={query} empty={<Empty title={t("home.calm")} />}>
        {(referrals) => <Matters referrals={referrals} mayDecide={mayDecide} />}
      </Listing>
    </>
  );
}

function Matters({ referrals, mayDecide }: { referrals: Referral[]; mayDecide: boolean }) {
  const { t } = useTranslation();
  const [at, setAt] = useState(0);
  const [declined, setDeclined] = useState<Referral | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const decided = useRef<string | null>(null);
  const deciding = useDeciding();
  const last = referrals.length - 1;
  const current = Math.min(at, last);
  const focus = (place: number) =>
    list.current?.querySelectorAll<HTMLElement>(":scope > li")[place]?.focus();
  const move = (by: number) => {
    const next = Math.max(0, Math.min(current + by, last));
    setAt(next);
    focus(next);
  };
  // The one that was decided is gone from the list: whoever works by keyboard goes on with the next.
  useEffect(() => {
    const gone = decided.current;
    if (gone && referrals.every((each) => each.referral_id !== gone)) {
      decided.current = null;
      focus(current);
    }
  });
  const approve = (referral: Referral) => {
    decided.current = referral.referral_id;
    deciding.mutate({ referral, word: "approve" });
  };
  const pressed = (event: KeyboardEvent) => {
    const referral = referrals[current];
    const word = wordOf(event);
    if (!word || !referral) return;
    if (word in MOVES) move(MOVES[word] ?? 0);
    else if (word === "a" && mayDecide && !deciding.isPending) approve(referral);
    else if (word === "d" && mayDecide) setDeclined(referral);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <ul ref={list} aria-label={t("referral.review")} onKeyDown={pressed}>
        {referrals.map((referral, place) => (
          <Matter
            key={referral.referral_id}
            referral={referral}
            reachable={place === current}
            onFocus={() => setAt(place)}
            {...(mayDecide && {
              onApprove: () => approve(referral),
              onDecline: () => setDeclined(referral),
            })}
          />
        ))}
      </ul>
      {declined && (
        <Decline
          referral={declined}
          onDone={() => {
            decided.current = declined.referral_id;
          }}
          onClose={() => setDeclined(null)}
        />
      )}
    </>
  );
}

interface MatterProps {
  referral: Referral;
  reachable: boolean;
  onFocus: () => void;
  onApprove?: () => void;
  onDecline?: () => void;
}

function Matter({ referral, reachable, onFocus, onApprove, onDecline }: MatterProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li
      tabIndex={reachable ? 0 : -1}
      onFocus={onFocus}
      aria-keyshortcuts={onApprove && "J K A D"}
      className="flex flex-col gap-2 border-t border-line px-4 py-3 -outline-offset-2 first:border-0 sm:flex-row sm:items-center sm:justify-between"
    >
      <div className="min-w-0">
        <p className="flex flex-wrap gap-x-4">
          <span>
            <span className="text-muted">{t("referral.friend")}: </span>
            <Person id={referral.friend_customer_id} name={referral.friend_name} />
          </span>
          <span>
            <span className="text-muted">{t("referral.advocate")}: </span>
            <Person id={referral.advocate_customer_id} name={referral.advocate_name} />
          </span>
        </p>
        <ul className="my-1 list-disc ps-5 font-medium text-warn">
          {referral.signals.map((signal) => (
            <li key={signal}>{t(`referral.signal_${signal}`)}</li>
          ))}
        </ul>
        <p className="text-xs text-muted">
          <time dateTime={referral.claimed_at}>{format.ago(referral.claimed_at)}</time>
          {" · "}
          <code>{referral.referral_code}</code>
        </p>
      </div>
      {onApprove && (
        <div className="flex shrink-0 gap-2">
          <Button aria-keyshortcuts="D" onClick={onDecline}>
            {t("referral.decline")}
          </Button>
          <Button kind="primary" aria-keyshortcuts="A" onClick={onApprove}>
            {t("referral.approve")}
          </Button>
        </div>
      )}
    </li>
  );
}
