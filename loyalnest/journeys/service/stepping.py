"""Taking the steps that are due: a batch at once, each step of somebody's way once."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import messaging, orders, templates
from loyalnest.journeys import queries
from loyalnest.journeys.events import JourneyLeft
from loyalnest.journeys.rules import steps as rules
from loyalnest.journeys.service import cards, gifts
from loyalnest.journeys.service.addressing import NOBODY, Reader, readers_of
from loyalnest.journeys.service.due import Due
from loyalnest.journeys.values import (
    SOURCE,
    EndedWhy,
    EnrolmentId,
    Journey,
    State,
    trial_salt,
)
from loyalnest.kernel.database import bulk
from loyalnest.kernel.events import publish

# Whoever pauses, ends or changes the journey waits for those who take its steps, and they for them.
_HOLD = "SELECT state FROM journeys WHERE merchant_id = $1 AND id = $2 FOR SHARE"
_CLAIM = """
SELECT id, version, customer_id, step, facts::text, entered_at, redeemed_at IS NOT NULL
FROM enrolments
WHERE merchant_id = $1 AND journey_id = $2 AND due_at <= $3
ORDER BY due_at, id
LIMIT $4
FOR UPDATE SKIP LOCKED
"""
_BECOME = f"""
SELECT k.id,
       c.merged_into IS NOT NULL OR c.erased_at IS NOT NULL,
       EXISTS (
           SELECT
           FROM customers p
           JOIN orders o ON o.merchant_id = p.merchant_id AND o.customer_id = p.id
           WHERE p.merchant_id = $1
             AND (p.id = k.customer_id OR p.merged_into = k.customer_id)
             AND o.placed_at > k.entered_at
             AND {orders.COUNTS}
       ),
       x.segment
FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) AS k (id, customer_id, entered_at)
JOIN customers c ON c.merchant_id = $1 AND c.id = k.customer_id
LEFT JOIN rfm_scores x ON x.merchant_id = $1 AND x.customer_id = k.customer_id
"""  # noqa: S608
_MOVE = """
UPDATE enrolments e
SET step = k.step, due_at = k.due_at, ended_why = k.why,
    ended_at = CASE WHEN k.why IS NULL THEN NULL ELSE $2::timestamptz END
FROM unnest($3::uuid[], $4::int[], $5::timestamptz[], $6::text[]) AS k (id, step, due_at, why)
WHERE e.merchant_id = $1 AND e.id = k.id
"""


class _Fate(NamedTuple):
    due: Due
    stop: rules.Stop | None
    why: EndedWhy | None


async def take_steps(
    session: AsyncSession, journey: Journey, *, limit: int = 500, now: datetime
) -> int:
    """Take the steps of a journey that are due, at most so many; answers how many there were.

    What is said, what is given and where somebody stands then are one commit: killed before it,
    nothing has happened; after it, nothing happens again.
    """
    connection = await bulk(session)
    if await connection.fetchval(_HOLD, journey.merchant_id, journey.id) != State.ACTIVE:
        return 0
    dues = await _claimed(session, journey, limit, now)
    if not dues:
        return 0
    going = [it for it in dues if rules.ended(it.plan, it.happened) is None]
    readers = await readers_of(session, journey.merchant_id, {it.customer_id for it in going})
    given = await gifts.give(session, journey, going, readers, now=now)
    said = await cards.said_of(session, going, readers, now=now)
    asks = [
        _ask(
            journey,
            it,
            readers.get(it.customer_id, NOBODY),
            {**said.get(it.id, {}), **given.get(it.id, {})},
        )
        for it in going
    ]
    await messaging.ask(session, asks, now=now)
    await _move(session, journey, [_fate(it, now) for it in dues], now)
    return len(dues)


async def _claimed(session: AsyncSession, journey: Journey, limit: int, now: datetime) -> list[Due]:
    connection = await bulk(session)
    rows = await connection.fetch(_CLAIM, journey.merchant_id, journey.id, now, limit)
    if not rows:
        return []
    plans = await queries.plans_of(session, journey, {row[1] for row in rows})
    columns = [[row[n] for row in rows] for n in (0, 2, 5)]
    become = {it[0]: it for it in await connection.fetch(_BECOME, journey.merchant_id, *columns)}
    return [
        Due(
            EnrolmentId(row[0]),
            plans[row[1]],
            row[2],
            row[3],
            json.loads(row[4]),
            rules.Happened(become[row[0]][1], become[row[0]][2], row[6], become[row[0]][3]),
        )
        for row in rows
    ]


def _ask(journey: Journey, it: Due, reader: Reader, more: Mapping[str, Any]) -> messaging.Ask:
    occasion = it.tell.occasion
    known = templates.terms_of(occasion).variables
    greeting = {"name": reader.name} if reader.name else {}
    said = {**greeting, **it.facts, **more}
    said = {name: value for name, value in said.items() if name in known}
    return messaging.Ask(
        journey.merchant_id,
        it.customer_id,
        messaging.Source(SOURCE, it.id, str(it.step)),
        occasion,
        messaging.Purpose(templates.terms_of(occasion).purpose),
        it.tell.channels,
        said,
        journey.id,
        _rewording(journey, it, reader),
    )


def _rewording(journey: Journey, it: Due, reader: Reader) -> templates.Rewording | None:
    """What the variant that is theirs says otherwise, where the step is tried in several ways."""
    if it.tell.trial is None:
        return None
    salt = trial_salt(journey.id, it.step)
    return it.tell.trial.of(salt, it.customer_id).rewording(reader.reads)


def _fate(it: Due, now: datetime) -> _Fate:
    why = rules.ended(it.plan, it.happened)
    stop = None if why else rules.next_stop(it.plan, it.step + 1, now)
    return _Fate(it, stop, why or (None if stop else EndedWhy.FINISHED))


async def _move(
    session: AsyncSession, journey: Journey, fates: Sequence[_Fate], now: datetime
) -> None:
    await (await bulk(session)).execute(
        _MOVE,
        journey.merchant_id,
        now,
        [it.due.id for it in fates],
        [it.stop.step if it.stop else it.due.step for it in fates],
        [it.stop.due_at if it.stop else None for it in fates],
        [it.why and it.why.value for it in fates],
    )
    left = [
        JourneyLeft(
            merchant_id=journey.merchant_id,
            customer_id=it.due.customer_id,
            occurred_at=now,
            journey_id=journey.id,
            enrolment_id=it.due.id,
            reason=it.why.value,
        )
        for it in fates
        if it.why
    ]
    await publish(session, left, now=now)
