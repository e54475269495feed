"""Judging where customers stand: what they put in decides, many at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, merchants
from loyalnest.kernel.database import bulk
from loyalnest.kernel.events import Event, publish
from loyalnest.kernel.ids import to_wire
from loyalnest.tiers import queries, rules, storage
from loyalnest.tiers.events import TierLost, TierReached
from loyalnest.tiers.values import (
    SOURCE_KIND,
    Basis,
    Cause,
    Ladder,
    LadderVersion,
    Pair,
    Place,
    Progress,
    Tier,
)

_NOTHING = Progress(Decimal(0), Decimal(0))


class Judged(NamedTuple):
    """One customer before and after."""

    before: Place
    after: Place
    cause: Cause | None
    """Why their own buying bears another tier now; None where it doesn't."""


async def judge_many(
    session: AsyncSession, who: Sequence[Pair], *, now: datetime, settled: bool = False
) -> None:
    """Judge these customers anew: move them, pay what a tier gives on entry, announce it.

    The same news again changes nothing. With `settled` the ladder is what has changed and not what
    they bought: whoever was never judged before gets no points for where they stand already.
    """
    ladders = await queries.ladders_of(session, list({merchant_id for merchant_id, _ in who}))
    asked = sorted({it for it in who if it[0] in ladders and ladders[it[0]].ladder.enabled})
    if not asked:
        return
    connection = await bulk(session)
    living = await storage.living(connection, asked)
    places = await storage.lock(connection, living)
    judged = await judge(session, living, places, ladders, now=now, settled=settled)
    await storage.put(connection, [it.after for it in judged if it.after != it.before], now=now)
    await _give_and_take(session, judged, ladders, now=now)
    await announce(session, judged, ladders, now=now)


async def judge(
    session: AsyncSession,
    who: Sequence[Pair],
    places: Mapping[Pair, Place],
    ladders: Mapping[UUID, LadderVersion],
    *,
    now: datetime,
    settled: bool = False,
) -> list[Judged]:
    """Where customers stand by these ladders; nothing is written."""
    merchant_ids = list({merchant_id for merchant_id, _ in who})
    zones = await merchants.zones_of(session, merchant_ids)
    from_now = {it: _from(ladders[it].ladder, now, zones[it]) for it in merchant_ids}
    programs = await merchants.programs_of(session, merchant_ids)
    award_on = {id_: program.at(now).settings.award_on.value for id_, program in programs.items()}
    fresh = {it: unjudged(it, 0 if settled else ladders[it[0]].version, now) for it in who}
    before = {it: places.get(it, fresh[it]) for it in who}
    progress: dict[Pair, Progress] = {}
    connection = await bulk(session)
    for basis in Basis:
        progress |= await storage.progress_of(
            connection,
            basis,
            [
                (
                    it,
                    from_now[it[0]],
                    _from(ladders[it[0]].ladder, before[it].qualified_at, zones[it[0]]),
                    award_on[it[0]],
                )
                for it in who
                if ladders[it[0]].ladder.basis is basis
            ],
        )
    judged: list[Judged] = []
    for it in who:
        version = ladders[it[0]]
        after, cause = rules.judge(
            version.ladder, version.version, before[it], progress.get(it, _NOTHING), now
        )
        judged.append(Judged(before[it], _without_ended_override(after, now), cause))
    return judged


async def announce(
    session: AsyncSession,
    judged: Sequence[Judged],
    ladders: Mapping[UUID, LadderVersion],
    *,
    now: datetime,
    actor: str = "system",
    reason: str | None = None,
) -> None:
    """Record and announce whose effective tier is another one now."""
    moves: list[tuple[Place, str | None, str | None, Cause, str, str | None]] = []
    events: list[Event] = []
    for it in judged:
        was, now_is = _counting(it.before), _counting(it.after)
        if was == now_is:
            continue
        cause = _cause(it)
        moves.append((it.after, was, now_is, cause, actor, reason))
        events.append(
            _event(it.after, was, now_is, cause, ladders[it.after.merchant_id].ladder, now)
        )
    await storage.record_moves(await bulk(session), moves, now=now)
    await publish(session, events, now=now)


def _counting(place: Place) -> str | None:
    return place.override.tier if place.override else place.tier


def _cause(it: Judged) -> Cause:
    if it.before.override != it.after.override:
        return Cause.OVERRIDE if it.after.override else Cause.OVERRIDE_ENDED
    return it.cause or Cause.LADDER_CHANGED


def _event(
    place: Place, was: str | None, now_is: str | None, cause: Cause, ladder: Ladder, now: datetime
) -> Event:
    if now_is is not None and ladder.rank(now_is) > ladder.rank(was):
        return TierReached(
            merchant_id=place.merchant_id,
            customer_id=place.customer_id,
            occurred_at=now,
            from_tier=was,
            to_tier=now_is,
            cause=cause.value,
        )
    return TierLost(
        merchant_id=place.merchant_id,
        customer_id=place.customer_id,
        occurred_at=now,
        from_tier=was,
        to_tier=now_is,
        cause=cause.value,
    )


def unjudged(who: Pair, version: int, now: datetime) -> Place:
    """Where somebody stands of whom nothing is known yet."""
    return Place(
        merchant_id=who[0],
        customer_id=who[1],
        tier=None,
        since=now,
        progress=Decimal(0),
        qualified_at=now,
        kept_until=None,
        override=None,
        ladder_version=version,
    )


def _from(ladder: Ladder, at: datetime, zone: ZoneInfo) -> datetime:
    return rules.window_start(ladder.window, at, zone)


def _without_ended_override(place: Place, now: datetime) -> Place:
    override = place.override
    if override is None or override.until is None or now < override.until:
        return place
    return msgspec.structs.replace(place, override=None)


async def _give_and_take(
    session: AsyncSession,
    judged: Sequence[Judged],
    ladders: Mapping[UUID, LadderVersion],
    *,
    now: datetime,
) -> None:
    """Pay what the tiers passed give on entry, and take it back where a refund took the tier."""
    due: list[tuple[Place, Tier, bool]] = []
    for it in judged:
        ladder = ladders[it.after.merchant_id].ladder
        if it.cause is Cause.EARNED:
            up = rules.passed(ladder, it.before.tier, it.after.tier)
            due += [(it.after, tier, True) for tier in up if tier.entry_points]
        elif it.cause is Cause.REFUNDED:
            down = rules.lost(ladder, it.before.tier, it.after.tier)
            due += [(it.after, tier, False) for tier in down]
    if not due:
        return
    sources = [_source(place, tier) for place, tier, _ in due]
    keys = [
        (place.merchant_id, source.kind, source.id)
        for (place, _, _), source in zip(due, sources, strict=True)
    ]
    earlier = await ledger.entries_of_sources(session, keys)
    units = await ledger.unit_ids_of(session, list({key[0] for key in keys}))
    programs = await merchants.programs_of(session, list({key[0] for key in keys}))
    postings: list[ledger.Posting] = []
    for (place, tier, gives), source, key in zip(due, sources, keys, strict=True):
        entries = earlier[key]
        held = sum(entry.amount for entry in entries)
        if gives == (held > 0):
            continue
        may_owe = programs[place.merchant_id].at(now).settings.debt.allowed
        postings.append(
            ledger.Posting(
                merchant_id=place.merchant_id,
                customer_id=place.customer_id,
                unit_id=units[place.merchant_id],
                kind=ledger.EntryKind.EARN if gives else ledger.EntryKind.REFUND,
                amount=tier.entry_points if gives else -held,
                source=source,
                step=f"{'earn' if gives else 'claw'}:{len(entries) + 1}",
                occurred_at=now,
                basis={"tier": tier.key, "ladder_version": place.ladder_version},
                clawback_of=None if gives else source,
                shortfall=None if gives or may_owe else ledger.Shortfall.WRITE_OFF,
            )
        )
    await ledger.post_many(session, postings, now=now)


def _source(place: Place, tier: Tier) -> ledger.Source:
    """What the books know an entry reward by: whose, and of which tier."""
    return ledger.Source(SOURCE_KIND, f"{to_wire('cus', place.customer_id)}:{tier.key}")
