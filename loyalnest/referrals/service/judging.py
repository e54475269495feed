"""Judging referrals: what is known of the people and their orders decides, many at once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, merchants
from loyalnest.kernel.database import bulk
from loyalnest.kernel.events import Event, publish
from loyalnest.referrals import events, rules, storage
from loyalnest.referrals.service import gifts
from loyalnest.referrals.values import (
    Gift,
    Known,
    Referral,
    ReferralId,
    Review,
    Status,
    Verdict,
    source_of,
)


class Said(NamedTuple):
    """What a person said about one referral."""

    referral_id: ReferralId
    actor: str
    note: str | None


class _Judged(NamedTuple):
    referral: Referral
    known: Known
    verdict: Verdict


async def rejudge_people(
    session: AsyncSession,
    who: Sequence[tuple[UUID, UUID]],
    *,
    parted: Collection[tuple[UUID, UUID]] = (),
    now: datetime,
) -> None:
    """Judge anew what brought these customers (merchant, id), or who they are by now.

    Of the `parted` ones, who were merged or un-merged, also whom they brought.
    """
    if who:
        keys = await storage.touched_by(await bulk(session), who, parted)
        await judge_many(session, keys, now=now)


async def judge_many(
    session: AsyncSession,
    keys: Sequence[storage.Key],
    *,
    now: datetime,
    said: Said | None = None,
) -> None:
    """Judge referrals (merchant, id) anew: settle them, give or take what they are worth, tell.

    The same facts again change nothing. Those below them in a chain are judged along.
    """
    if not keys:
        return
    connection = await bulk(session)
    referrals = await storage.lock(connection, keys)
    locked = [(it.merchant_id, it.id) for it in referrals]
    known = await storage.known_of(connection, locked, timely=rules.TIMELY)
    judged = [_Judged(it, known[it.id], rules.judge(it, known[it.id], now)) for it in referrals]
    await storage.settle(connection, [(it.referral, it.verdict) for it in judged if _differs(it)])
    above = await storage.above(connection, locked)
    judged = [
        it._replace(known=msgspec.structs.replace(it.known, upline=above[it.referral.id]))
        for it in judged
    ]
    due = [(it, gift) for it in judged for gift in rules.gifts(it.referral, it.known, it.verdict)]
    codes = await gifts.weigh(session, [(it.referral, gift) for it, gift in due], now=now)
    await _post(session, due, now=now)
    await gifts.settle(session, codes, now=now)
    await _tell(session, judged, said, now=now)


def _differs(it: _Judged) -> bool:
    was = it.referral
    stands = Verdict(was.status, was.reason, was.order_id, was.due_at, was.completed_at)
    return stands != it.verdict


async def _post(
    session: AsyncSession, promised: Sequence[tuple[_Judged, Gift]], *, now: datetime
) -> None:
    """Bring the points of everybody to what is due."""
    due = [(it, gift, source_of(it.referral.id, gift.side)) for it, gift in promised]
    keys = [(it.referral.merchant_id, source.kind, source.id) for it, _, source in due]
    held = await ledger.entries_of_sources(session, keys)
    steps = [
        (it, gift, source, step, bool(held[key]))
        for (it, gift, source), key in zip(due, keys, strict=True)
        if (step := rules.next_step(_amounts(held[key]), gift.points))
    ]
    if not steps:
        return
    merchant_ids = list({it.referral.merchant_id for it, *_ in steps})
    units = await ledger.unit_ids_of(session, merchant_ids)
    programs = await merchants.programs_of(session, merchant_ids)
    postings = [
        _posting(
            it,
            gift,
            source,
            step,
            unit_id=units[it.referral.merchant_id],
            may_owe=programs[it.referral.merchant_id].at(now).settings.debt.allowed,
            occurred_at=now if again or not it.verdict.completed_at else _counted_at(it, now),
        )
        for it, gift, source, step, again in steps
    ]
    await ledger.post_many(session, postings, now=now)


def _amounts(entries: Sequence[ledger.Entry]) -> list[int]:
    """What our own steps moved; what the books added (a debt written off) is none of them."""
    return [it.amount for it in entries if it.step.partition(":")[0] in ("earn", "claw")]


def _counted_at(it: _Judged, now: datetime) -> datetime:
    """A referral that somebody let through counts from then on, any other since it was due."""
    completed_at = it.verdict.completed_at or now
    return now if it.referral.review is Review.APPROVED else min(completed_at, now)


def _posting(
    it: _Judged,
    gift: Gift,
    source: ledger.Source,
    step: tuple[str, int],
    *,
    unit_id: ledger.UnitId,
    may_owe: bool,
    occurred_at: datetime,
) -> ledger.Posting:
    name, amount = step
    gives = amount > 0
    basis = {"code_side": gift.side, "referral_version": it.referral.program_version}
    return ledger.Posting(
        merchant_id=it.referral.merchant_id,
        customer_id=gift.living,
        unit_id=unit_id,
        kind=ledger.EntryKind.EARN if gives else ledger.EntryKind.REFUND,
        amount=amount,
        source=source,
        step=name,
        occurred_at=occurred_at,
        basis={**basis, **(ledger.through(gift.named, gift.living) or {})},
        clawback_of=None if gives else source,
        shortfall=None if gives or may_owe else ledger.Shortfall.WRITE_OFF,
    )


async def _tell(
    session: AsyncSession, judged: Sequence[_Judged], said: Said | None, *, now: datetime
) -> None:
    moved = [it for it in judged if it.referral.status is not it.verdict.status]
    moves: list[tuple[Referral, Status | None, Status, str | None, str, str | None]] = []
    for referral, _, verdict in judged:
        by = said if said is not None and said.referral_id == referral.id else None
        if by is None and referral.status is verdict.status:
            continue
        reason = referral.review.value if by and referral.review else verdict.reason
        actor, note = (by.actor, by.note) if by else ("system", None)
        moves.append((referral, referral.status, verdict.status, reason, actor, note))
    await storage.record_moves(await bulk(session), moves, now=now)
    await publish(session, [_event(it, now) for it in moved], now=now)


def _event(it: _Judged, now: datetime) -> Event:
    referral, known, verdict = it
    if verdict.status is Status.COMPLETED:
        return events.ReferralCompleted(
            merchant_id=referral.merchant_id,
            customer_id=known.advocate,
            occurred_at=now,
            referral_id=referral.id,
            friend_id=known.friend,
            order_id=verdict.order_id,
        )
    if verdict.status is Status.REJECTED:
        return events.ReferralRejected(
            merchant_id=referral.merchant_id,
            customer_id=known.advocate,
            occurred_at=now,
            referral_id=referral.id,
            friend_id=known.friend,
            reason=verdict.reason.value if verdict.reason else "",
        )
    expired = verdict.status is Status.EXPIRED
    kind = events.ReferralExpired if expired else events.ReferralReopened
    return kind(
        merchant_id=referral.merchant_id,
        customer_id=known.advocate,
        occurred_at=now,
        referral_id=referral.id,
        friend_id=known.friend,
    )
