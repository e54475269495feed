"""Badges given by hand, and taken back."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.gamification import queries, storage
from loyalnest.gamification.errors import BadgeUnknown, NotGiven
from loyalnest.gamification.service.judging import event_of
from loyalnest.gamification.values import Award, Cause, Move
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.events import publish


async def give(
    session: AsyncSession,
    *,
    customer_id: UUID,
    badge: str,
    reason: str,
    actor: str,
    now: datetime,
) -> None:
    """Give a living customer a badge, whatever they have done. It brings no points.

    Giving what was given already changes nothing. Raises BadgeUnknown.
    """
    merchant_id = merchant_of(session)
    connection = await bulk(session)
    await storage.lock(connection, [merchant_id])
    version = await queries.game_of(session)
    if version is None or version.game.badge(badge) is None:
        raise BadgeUnknown
    before = (await queries.awards_of(session, customer_id)).get(badge)
    if before is not None and before.given_by is not None:
        return
    after = Award(
        merchant_id=merchant_id,
        customer_id=customer_id,
        badge=badge,
        goal=before.goal if before else None,
        reached_at=before.reached_at if before else None,
        given_by=actor,
        reason=reason,
        game_version=version.version,
        awarded_at=before.awarded_at if before else now,
    )
    await storage.put(connection, [after])
    if before is None:
        move = Move(customer_id, badge, True, Cause.GIVEN, version.version, actor, reason)
        await _announce(session, move, now=now)


async def take_back(
    session: AsyncSession, *, customer_id: UUID, badge: str, actor: str, now: datetime
) -> None:
    """Take back a badge that was given by hand. One that was earned as well is kept.

    Raises NotGiven.
    """
    merchant_id = merchant_of(session)
    connection = await bulk(session)
    await storage.lock(connection, [merchant_id])
    before = (await queries.awards_of(session, customer_id)).get(badge)
    if before is None or before.given_by is None:
        raise NotGiven
    if before.goal is not None:
        await storage.put(connection, [msgspec.structs.replace(before, given_by=None, reason=None)])
        return
    await storage.drop(connection, [before])
    move = Move(customer_id, badge, False, Cause.TAKEN, before.game_version, actor, None)
    await _announce(session, move, now=now)


async def _announce(session: AsyncSession, move: Move, *, now: datetime) -> None:
    merchant_id = merchant_of(session)
    await storage.record_moves(await bulk(session), [(merchant_id, move)], now=now)
    await publish(session, [event_of(merchant_id, move, 0, now)], now=now)
