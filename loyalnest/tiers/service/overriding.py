"""A tier given by hand, for a while or for good, and taken away again."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.tiers import errors, queries, storage
from loyalnest.tiers.service.judging import Judged, announce, judge_many, unjudged
from loyalnest.tiers.values import LadderVersion, Override, Place


async def override(
    session: AsyncSession,
    *,
    customer_id: UUID,
    tier: str,
    until: datetime | None,
    reason: str,
    actor: str,
    now: datetime,
) -> Place:
    """Let a customer stand on this tier, whatever they buy, until an instant or for good.

    Raises LadderMissing, TierUnknown, OverrideInPast, ReasonMissing.
    """
    if not 0 < len(reason.strip()) <= 500:
        raise errors.ReasonMissing
    if until is not None and until <= now:
        raise errors.OverrideInPast
    ladder = await _ladder(session)
    if ladder.ladder.tier(tier) is None:
        raise errors.TierUnknown
    return await _replace(
        session, customer_id, Override(tier, until, actor, reason), ladder, actor, reason, now
    )


async def end_override(
    session: AsyncSession, *, customer_id: UUID, actor: str, now: datetime
) -> Place:
    """Let a customer stand again where their own buying puts them.

    Raises LadderMissing, NoOverride.
    """
    place = await queries.find_place(session, customer_id)
    if place is None or place.override is None:
        raise errors.NoOverride
    return await _replace(session, customer_id, None, await _ladder(session), actor, None, now)


async def _ladder(session: AsyncSession) -> LadderVersion:
    merchant_id = merchant_of(session)
    found = (await queries.ladders_of(session, [merchant_id])).get(merchant_id)
    if found is None:
        raise errors.LadderMissing
    return found


async def _replace(
    session: AsyncSession,
    customer_id: UUID,
    given: Override | None,
    ladder: LadderVersion,
    actor: str,
    reason: str | None,
    now: datetime,
) -> Place:
    who = (ladder.merchant_id, customer_id)
    await judge_many(session, [who], now=now)
    connection = await bulk(session)
    kept = await storage.lock(connection, [who])
    before = kept.get(who) or unjudged(who, ladder.version, now)
    after = msgspec.structs.replace(before, override=given)
    await storage.put(connection, [after], now=now)
    await announce(
        session,
        [Judged(before, after, None)],
        {ladder.merchant_id: ladder},
        now=now,
        actor=actor,
        reason=reason,
    )
    return after
