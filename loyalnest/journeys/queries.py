"""Named reads: journeys, and who is under way."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.journeys import errors
from loyalnest.journeys.values import (
    EndedWhy,
    Enrolment,
    EnrolmentId,
    Journey,
    JourneyId,
    JourneyPlan,
    State,
)
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.messaging import Standing

_JOURNEY = """
SELECT j.merchant_id, j.id, j.version, j.state, v.plan::text, j.paused_for, j.created_at,
       j.created_by, j.updated_at, j.started_at
FROM journeys j
JOIN journey_versions v
  ON v.merchant_id = j.merchant_id AND v.journey_id = j.id AND v.version = j.version
"""
_ONE = f"{_JOURNEY} WHERE j.merchant_id = $1 AND j.id = $2"
_MANY = f"{_JOURNEY} WHERE j.merchant_id = $1 AND j.id = ANY ($2::uuid[]) ORDER BY j.id"
_LIST = f"""
{_JOURNEY}
WHERE j.merchant_id = $1
  AND ($2::text IS NULL OR j.state = $2)
  AND ($3::uuid IS NULL OR j.id < $3)
ORDER BY j.id DESC
LIMIT $4
"""
_ACTIVE = f"""
{_JOURNEY}
WHERE j.merchant_id = ANY ($1::uuid[]) AND j.state = 'active' AND j.trigger = ANY ($2::text[])
ORDER BY j.merchant_id, j.id
"""
_SPEAKING = """
SELECT DISTINCT merchant_id
FROM journeys
WHERE merchant_id = ANY ($1::uuid[])
  AND trigger = 'expiry'
  AND state IN ('active', 'paused')
"""
_STATES = "SELECT id, state FROM journeys WHERE merchant_id = $1 AND id = ANY ($2::uuid[])"
_STATES_KEPT = f"{_STATES} ORDER BY id FOR SHARE"
_PLANS = """
SELECT version, plan::text
FROM journey_versions
WHERE merchant_id = $1 AND journey_id = $2 AND version = ANY ($3::int[])
"""
_ENROLMENTS = """
SELECT merchant_id, id, journey_id, version, customer_id, occurrence, facts::text, held_out, step,
       entered_at, due_at, ended_at, ended_why, redeemed_at
FROM enrolments
WHERE merchant_id = $1
  AND journey_id = $2
  AND ($3::uuid IS NULL OR customer_id = $3)
  AND ($4::uuid IS NULL OR id < $4)
  AND (NOT $5 OR due_at IS NOT NULL)
ORDER BY id DESC
LIMIT $6
"""
_OF_PERSON = """
SELECT v.plan ->> 'name', e.occurrence, e.facts::text, e.held_out, e.step, e.entered_at, e.ended_at,
       e.ended_why, e.redeemed_at
FROM customers c
JOIN enrolments e ON e.merchant_id = c.merchant_id AND e.customer_id = c.id
JOIN journey_versions v
  ON v.merchant_id = e.merchant_id AND v.journey_id = e.journey_id AND v.version = e.version
WHERE c.merchant_id = $1
  AND (c.id = $2 OR c.merged_into = $2)
ORDER BY e.id DESC
"""
_STANDINGS = {
    State.ACTIVE: Standing.RUNNING,
    State.PAUSED: Standing.PAUSED,
    State.DRAFT: Standing.ENDED,
    State.ENDED: Standing.ENDED,
}


async def get(session: AsyncSession, journey_id: JourneyId) -> Journey:
    """One of the merchant's journeys. Raises JourneyNotFound."""
    row = await (await bulk(session)).fetchrow(_ONE, merchant_of(session), journey_id)
    if row is None:
        raise errors.JourneyNotFound
    return journey_of(row)


async def find_many(session: AsyncSession, journey_ids: Sequence[JourneyId]) -> list[Journey]:
    """Those of the merchant's journeys that there are, by their ids."""
    asked = (merchant_of(session), [*journey_ids])
    return [journey_of(row) for row in await (await bulk(session)).fetch(_MANY, *asked)]


async def list_journeys(
    session: AsyncSession, *, state: State | None, before: UUID | None, limit: int
) -> list[Journey]:
    """The merchant's journeys, the newest first."""
    asked = (merchant_of(session), state and state.value, before, limit)
    return [journey_of(row) for row in await (await bulk(session)).fetch(_LIST, *asked)]


async def active(
    session: AsyncSession, merchant_ids: Sequence[UUID], kinds: Iterable[str]
) -> list[Journey]:
    """The journeys of these merchants that run and are started by these kinds of trigger."""
    rows = await (await bulk(session)).fetch(_ACTIVE, [*merchant_ids], [*kinds])
    return [journey_of(row) for row in rows]


async def speaking_of_expiry(session: AsyncSession, merchant_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these merchants one of whose journeys tells customers of points that will lapse.

    One that is paused still does: what it has asked for is only held.
    """
    rows = await (await bulk(session)).fetch(_SPEAKING, [*merchant_ids])
    return {row[0] for row in rows}


async def plans_of(
    session: AsyncSession, journey: Journey, versions: Iterable[int]
) -> Mapping[int, JourneyPlan]:
    """A journey's plans by their versions."""
    wanted = set(versions) - {journey.version}
    plans = {journey.version: journey.plan}
    if wanted:
        asked = (journey.merchant_id, journey.id, sorted(wanted))
        rows = await (await bulk(session)).fetch(_PLANS, *asked)
        plans |= {row[0]: JourneyPlan.model_validate_json(row[1]) for row in rows}
    return plans


async def standings_of(
    session: AsyncSession, journey_ids: Sequence[UUID]
) -> Mapping[UUID, Standing]:
    """Whether these journeys of the merchant go on: what whoever sends messages asks.

    One that is paused stays so until this transaction is over: whoever resumes it waits, and lets
    go on what was held by then.
    """
    connection, merchant_id = await bulk(session), merchant_of(session)
    rows = await connection.fetch(_STATES, merchant_id, [*journey_ids])
    states = {row[0]: State(row[1]) for row in rows}
    paused = [id_ for id_, state in states.items() if state is State.PAUSED]
    if paused:
        rows = await connection.fetch(_STATES_KEPT, merchant_id, paused)
        states |= {row[0]: State(row[1]) for row in rows}
    return {id_: _STANDINGS[state] for id_, state in states.items()}


async def list_enrolments(
    session: AsyncSession,
    journey_id: JourneyId,
    *,
    customer_id: UUID | None,
    under_way: bool = False,
    before: UUID | None,
    limit: int,
) -> list[Enrolment]:
    """Who entered a journey, or is still under way, the latest first. Raises JourneyNotFound."""
    await get(session, journey_id)
    asked = (merchant_of(session), journey_id, customer_id, before, under_way, limit)
    rows = await (await bulk(session)).fetch(_ENROLMENTS, *asked)
    return [_enrolment(row) for row in rows]


async def export_customer(session: AsyncSession, customer_id: UUID) -> dict[str, object]:
    """Which journeys a person, under any name of theirs, was taken along, and how that ended."""
    rows = await (await bulk(session)).fetch(_OF_PERSON, merchant_of(session), customer_id)
    return {
        "journeys": [
            {
                "journey": row[0],
                "because_of": row[1],
                "facts": json.loads(row[2]),
                "held_out": row[3],
                "step": row[4],
                "entered_at": row[5].isoformat(),
                "ended_at": row[6] and row[6].isoformat(),
                "ended_why": row[7],
                "redeemed_at": row[8] and row[8].isoformat(),
            }
            for row in rows
        ]
    }


def journey_of(row: Any) -> Journey:
    """A journey out of its row."""
    return Journey(
        merchant_id=row[0],
        id=JourneyId(row[1]),
        version=row[2],
        state=State(row[3]),
        plan=JourneyPlan.model_validate_json(row[4]),
        paused_for=row[5],
        created_at=row[6],
        created_by=row[7],
        updated_at=row[8],
        started_at=row[9],
    )


def _enrolment(row: Any) -> Enrolment:
    return Enrolment(
        merchant_id=row[0],
        id=EnrolmentId(row[1]),
        journey_id=JourneyId(row[2]),
        version=row[3],
        customer_id=row[4],
        occurrence=row[5],
        facts=json.loads(row[6]),
        held_out=row[7],
        step=row[8],
        entered_at=row[9],
        due_at=row[10],
        ended_at=row[11],
        ended_why=EndedWhy(row[12]) if row[12] else None,
        redeemed_at=row[13],
    )
