"""Drawing journeys up, changing them, and starting, pausing and ending them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import messaging, rewards, stamps
from loyalnest.journeys import errors, queries
from loyalnest.journeys.events import JourneySaved, JourneyStateChanged
from loyalnest.journeys.rules import rails
from loyalnest.journeys.values import (
    AlmostThere,
    CardAlmostFull,
    CardMilestone,
    Journey,
    JourneyId,
    JourneyPlan,
    RewardGift,
    State,
)
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import from_wire, new_id

_INSERT = """
INSERT INTO journeys (merchant_id, id, version, state, trigger, created_at, created_by, updated_at)
VALUES ($1, $2, 1, 'draft', $3, $4, $5, $4)
"""
_ADD_VERSION = """
INSERT INTO journey_versions (merchant_id, journey_id, version, plan, created_at, created_by)
VALUES ($1, $2, $3, $4::text::jsonb, $5, $6)
"""
_LOCK = "SELECT 1 FROM journeys WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE"
_CHANGE = """
UPDATE journeys SET version = $3, trigger = $4, updated_at = $5
WHERE merchant_id = $1 AND id = $2
"""
_TURN = """
UPDATE journeys
SET state = $3, paused_for = $4, updated_at = $5, started_at = coalesce(started_at, $5)
WHERE merchant_id = $1 AND id = $2
"""
_STOP_ALL = """
UPDATE enrolments
SET due_at = NULL, ended_at = $3, ended_why = 'journey_ended'
WHERE merchant_id = $1 AND journey_id = $2 AND due_at IS NOT NULL
"""

_PAUSE_MANY = """
UPDATE journeys j
SET state = 'paused', paused_for = $3, updated_at = $4
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
WHERE j.merchant_id = k.merchant_id AND j.id = k.id AND j.state = 'active'
"""


async def create(session: AsyncSession, plan: JourneyPlan, *, actor: str, now: datetime) -> Journey:
    """Draw a journey up; nobody enters before it is started.

    Raises InactivityOutOfBounds, NameOutOfBounds, RewardNotFound, RewardNotActive,
    RewardNotInCurrency, DiscountOutOfBounds, CardProgramNotFound, CardProgramArchived.
    """
    await _check(session, plan, now=now)
    merchant_id, journey_id = merchant_of(session), JourneyId(new_id())
    connection = await bulk(session)
    await connection.execute(_INSERT, merchant_id, journey_id, plan.trigger.kind, now, actor)
    return await _versioned(session, journey_id, 1, plan, actor=actor, now=now)


async def change(
    session: AsyncSession,
    journey_id: JourneyId,
    plan: JourneyPlan,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> Journey:
    """Change what a journey does for whoever enters from now on; who is under way keeps theirs.

    With `read_version` the change is made only to that version of it. Raises JourneyNotFound,
    JourneyOver, JourneyStale, HoldoutFixed, and what `create` does.
    """
    current = await _held(session, journey_id)
    if current.state is State.ENDED:
        raise errors.JourneyOver
    if read_version is not None and read_version != current.version:
        raise errors.JourneyStale
    if current.plan == plan:
        return current
    if current.started_at is not None and current.plan.holdout != plan.holdout:
        raise errors.HoldoutFixed
    await _check(session, plan, now=now)
    version = current.version + 1
    await (await bulk(session)).execute(
        _CHANGE, current.merchant_id, journey_id, version, plan.trigger.kind, now
    )
    return await _versioned(session, journey_id, version, plan, actor=actor, now=now)


async def start(session: AsyncSession, journey_id: JourneyId, *, now: datetime) -> Journey:
    """Let customers enter from now on; what happened before lets nobody in.

    Raises JourneyNotFound, JourneyStarted, NoSender, and what `create` does.
    """
    current = await _held(session, journey_id)
    if current.state is not State.DRAFT:
        raise errors.JourneyStarted
    await _check(session, current.plan, now=now)
    await _check_senders(session, current.plan)
    return await _turn(session, current, State.ACTIVE, now=now)


async def pause(session: AsyncSession, journey_id: JourneyId, *, now: datetime) -> Journey:
    """Let nobody enter and nobody move on; what was not sent yet is held.

    Raises JourneyNotFound, JourneyNotActive.
    """
    current = await _held(session, journey_id)
    if current.state is not State.ACTIVE:
        raise errors.JourneyNotActive
    return await _turn(session, current, State.PAUSED, now=now)


async def resume(session: AsyncSession, journey_id: JourneyId, *, now: datetime) -> Journey:
    """Go on where everybody stood; what was held is let go. Raises JourneyNotFound,
    JourneyNotPaused, NoSender."""
    current = await _held(session, journey_id)
    if current.state is not State.PAUSED:
        raise errors.JourneyNotPaused
    await _check_senders(session, current.plan)
    turned = await _turn(session, current, State.ACTIVE, now=now)
    await messaging.release(session, journey_id, now=now)
    return turned


async def end(session: AsyncSession, journey_id: JourneyId, *, now: datetime) -> Journey:
    """End a journey for good: nobody moves on, and what was not sent yet is dropped.

    Raises JourneyNotFound, JourneyOver, JourneyNotStarted.
    """
    current = await _held(session, journey_id)
    if current.state is State.ENDED:
        raise errors.JourneyOver
    if current.state is State.DRAFT:
        raise errors.JourneyNotStarted
    turned = await _turn(session, current, State.ENDED, now=now)
    await (await bulk(session)).execute(_STOP_ALL, current.merchant_id, journey_id, now)
    await messaging.release(session, journey_id, now=now)  # to be dropped, each with its reason
    return turned


async def pause_many(
    session: AsyncSession, journeys: Sequence[Journey], *, reason: str, now: datetime
) -> None:
    """Pause running journeys whose messages nobody takes any more, and say why."""
    await (await bulk(session)).execute(
        _PAUSE_MANY, [it.merchant_id for it in journeys], [it.id for it in journeys], reason, now
    )
    events = [
        JourneyStateChanged(
            merchant_id=it.merchant_id,
            occurred_at=now,
            journey_id=it.id,
            state=State.PAUSED.value,
            reason=reason,
        )
        for it in journeys
    ]
    await publish(session, events, now=now)


async def _held(session: AsyncSession, journey_id: JourneyId) -> Journey:
    await (await bulk(session)).execute(_LOCK, merchant_of(session), journey_id)
    return await queries.get(session, journey_id)


async def _versioned(
    session: AsyncSession,
    journey_id: JourneyId,
    version: int,
    plan: JourneyPlan,
    *,
    actor: str,
    now: datetime,
) -> Journey:
    merchant_id = merchant_of(session)
    await (await bulk(session)).execute(
        _ADD_VERSION, merchant_id, journey_id, version, plan.model_dump_json(), now, actor
    )
    saved = JourneySaved(
        merchant_id=merchant_id, occurred_at=now, journey_id=journey_id, version=version
    )
    await publish(session, [saved], now=now)
    return await queries.get(session, journey_id)


async def _turn(session: AsyncSession, current: Journey, to: State, *, now: datetime) -> Journey:
    key = (current.merchant_id, current.id)
    await (await bulk(session)).execute(_TURN, *key, to.value, None, now)
    turned = JourneyStateChanged(
        merchant_id=current.merchant_id, occurred_at=now, journey_id=current.id, state=to.value
    )
    await publish(session, [turned], now=now)
    return await queries.get(session, current.id)


async def _check(session: AsyncSession, plan: JourneyPlan, *, now: datetime) -> None:
    """Whether a plan is within bounds, and what it promises can be given."""
    rails.check(plan)
    gifts = [it.gift.reward_id for it in plan.tells if isinstance(it.gift, RewardGift)]
    ids = {rewards.RewardId(from_wire(rewards.REWARD, it)) for it in gifts}
    await rewards.check_givable(session, ids, now=now)
    for reward in await rewards.find_many(session, ids):
        rails.check_discount(reward.terms.percent)
    if isinstance(plan.trigger, AlmostThere):
        wanted = rewards.RewardId(from_wire(rewards.REWARD, plan.trigger.reward_id))
        await rewards.get_reward(session, wanted)
    if isinstance(plan.trigger, CardAlmostFull | CardMilestone):
        asked = from_wire(stamps.PROGRAM, plan.trigger.card_program_id)
        program = await stamps.get_program(session, stamps.CardProgramId(asked))
        if program.state is stamps.ProgramState.ARCHIVED:
            raise stamps.CardProgramArchived


async def _check_senders(session: AsyncSession, plan: JourneyPlan) -> None:
    there = {it.channel for it in await messaging.list_senders(session)}
    if any(there.isdisjoint(step.channels) for step in plan.tells):
        raise errors.NoSender
