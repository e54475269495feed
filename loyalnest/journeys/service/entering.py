"""Letting customers enter journeys: each once for an occurrence, and some held out."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import campaigns, tiers
from loyalnest.journeys.events import JourneyEntered
from loyalnest.journeys.rules.steps import next_stop
from loyalnest.journeys.values import Candidate, Journey
from loyalnest.kernel.database import bulk
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id

Pair = tuple[UUID, UUID]
"""A merchant and one of its customers."""

_BOUGHT = """
SELECT x.merchant_id, x.customer_id, x.segment, x.spend
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN rfm_scores x ON x.merchant_id = k.merchant_id AND x.customer_id = k.customer_id
"""
# Whoever turned out to be the same as others has entered as they did, and stays in the group of
# whoever of them was first.
# Nobody enters a journey that was paused or ended by now.
_ENTER = """
INSERT INTO enrolments (merchant_id, id, journey_id, version, customer_id, occurrence, facts,
                        held_out, step, entered_at, due_at)
SELECT k.merchant_id, k.id, k.journey_id, k.version, k.customer_id, k.occurrence, k.facts::jsonb,
       coalesce(was.held_out, k.held_out), k.step, $1,
       CASE WHEN NOT coalesce(was.held_out, k.held_out) THEN k.due_at END
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::uuid[], $7::text[], $8::text[],
            $9::bool[], $10::int[], $11::timestamptz[])
  AS k (merchant_id, id, journey_id, version, customer_id, occurrence, facts, held_out, step,
        due_at)
JOIN journeys j ON j.merchant_id = k.merchant_id AND j.id = k.journey_id AND j.state = 'active'
JOIN customers c
  ON c.merchant_id = k.merchant_id AND c.id = k.customer_id
 AND c.merged_into IS NULL AND c.erased_at IS NULL
CROSS JOIN LATERAL (
    SELECT (array_agg(e.held_out ORDER BY e.entered_at, e.id))[1] AS held_out,
           bool_or(e.occurrence = k.occurrence) AS has_entered
    FROM customers p
    JOIN enrolments e
      ON e.merchant_id = p.merchant_id AND e.customer_id IN (p.id, p.merged_into)
     AND e.journey_id = k.journey_id
    WHERE p.merchant_id = k.merchant_id AND p.merged_into = k.customer_id
) was
WHERE was.has_entered IS NOT TRUE
FOR SHARE OF j
ON CONFLICT (merchant_id, journey_id, customer_id, occurrence) DO NOTHING
RETURNING merchant_id, id, journey_id, version, customer_id, held_out
"""


class Entry(NamedTuple):
    """Somebody who would enter a journey."""

    journey: Journey
    who: Candidate


class _Known(NamedTuple):
    """What an audience asks about somebody."""

    segment: str | None = None
    spend: Decimal = Decimal(0)


async def enter_many(session: AsyncSession, entries: Sequence[Entry], *, now: datetime) -> int:
    """Let those enter who belong to the audience, each once for an occurrence; answers how many.

    Whoever is held out enters as well, to be counted, and hears nothing. That is decided before
    anything else is known of them, and never changes.
    """
    entries = await within_audience(session, entries, now=now)
    if not entries:
        return 0
    rows = await (await bulk(session)).fetch(_ENTER, now, *_columns(entries, now))
    events = [
        JourneyEntered(
            merchant_id=row[0],
            customer_id=row[4],
            occurred_at=now,
            enrolment_id=row[1],
            journey_id=row[2],
            version=row[3],
        )
        for row in rows
        if not row[5]
    ]
    await publish(session, events, now=now)
    return len(rows)


async def within_audience(
    session: AsyncSession, entries: Sequence[Entry], *, now: datetime
) -> list[Entry]:
    """Those who belong to the audience of the journey that they would enter."""
    asking = [it for it in entries if _asks(it.journey)]
    if not asking:
        return list(entries)
    who = sorted({_pair(it) for it in asking})
    rows = await (await bulk(session)).fetch(_BOUGHT, *map(list, zip(*who, strict=True)))
    known = {(row[0], row[1]): _Known(row[2], row[3]) for row in rows}
    standing = await tiers.standings_of(session, who, now=now)
    on = {pair: it.tier for pair, it in standing.items()}
    return [it for it in entries if not _asks(it.journey) or _belongs(it, known, on)]


def _asks(journey: Journey) -> bool:
    audience = journey.plan.audience
    return bool(audience.segments or audience.tiers or audience.minimum_spend)


def _belongs(it: Entry, known: Mapping[Pair, _Known], on: Mapping[Pair, str | None]) -> bool:
    audience, pair = it.journey.plan.audience, _pair(it)
    bought = known.get(pair, _Known())
    return (
        (not audience.segments or bought.segment in audience.segments)
        and (not audience.tiers or on.get(pair) in audience.tiers)
        and bought.spend >= audience.minimum_spend
    )


def _pair(it: Entry) -> Pair:
    return it.journey.merchant_id, it.who.customer_id


def _columns(entries: Sequence[Entry], now: datetime) -> list[list[object]]:
    rows: list[tuple[object, ...]] = []
    for journey, who in entries:
        held_out = campaigns.is_held_out(journey.id, who.customer_id, journey.plan.holdout)
        stop = next_stop(journey.plan, 0, now)
        assert stop is not None  # a plan says something at least once
        rows.append(
            (
                journey.merchant_id,
                new_id(),
                journey.id,
                journey.version,
                who.customer_id,
                who.occurrence,
                json.dumps(who.facts),
                held_out,
                stop.step,
                stop.due_at,
            )
        )
    return [list(column) for column in zip(*rows, strict=True)]
