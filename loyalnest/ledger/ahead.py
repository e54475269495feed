"""Who is about to lose what they have, in many units at once: what is told before it happens."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk
from loyalnest.ledger.expiry import inactive_at
from loyalnest.ledger.service.units import read_units
from loyalnest.ledger.values import Unit, UnitId

# Something comes due on whoever is about to lose something, so that the index on due dates finds
# them; what else comes due meanwhile, such as the end of a hold, is left out afterwards.
SOON = """
SELECT k.merchant_id, d.customer_id, k.unit_id, d.available, d.last_active_at, d.next_due_at
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::uuid[])
  AS k (merchant_id, unit_id, until, after_at, after_id)
CROSS JOIN LATERAL (
    SELECT a.customer_id, a.available, a.last_active_at, a.next_due_at
    FROM accounts a
    WHERE a.merchant_id = k.merchant_id
      AND a.unit_id = k.unit_id
      AND a.next_due_at <= k.until
      AND (a.next_due_at, a.customer_id) > (k.after_at, k.after_id)
      AND a.moved_to IS NULL
    ORDER BY a.next_due_at, a.customer_id
    LIMIT $6
) d
"""
# What is held back has no date yet, or one that only counts once it is released.
_DATED = """
SELECT l.unit_id, l.customer_id, l.expires_at, sum(l.remaining)::bigint
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k (merchant_id, customer_id, unit_id)
JOIN lots l
  ON l.merchant_id = k.merchant_id
 AND l.customer_id = k.customer_id
 AND l.unit_id = k.unit_id
WHERE l.remaining > 0
  AND (l.held_until IS NULL OR l.released_at IS NOT NULL)
  AND l.expires_at > $4
GROUP BY l.unit_id, l.customer_id, l.expires_at
"""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY = UUID(int=0)


UnitKey: TypeAlias = tuple[UUID, UnitId]
"""A merchant and one of its units."""


class LapseAhead(NamedTuple):
    """What one customer loses at the end of a day unless it is spent before."""

    merchant_id: UUID
    unit_id: UnitId
    customer_id: UUID
    day: date
    """The merchant's, the last on which it can be spent."""
    points: int
    """Or whatever the unit counts."""


class After(NamedTuple):
    """Behind whom to look for more of those who have something of one unit."""

    due_at: datetime = _BEGINNING
    customer_id: UUID = _NOBODY


async def lapsing_ahead(
    session: AsyncSession,
    until: Mapping[UnitKey, datetime],
    *,
    after: Mapping[UnitKey, After],
    limit: int,
    now: datetime,
) -> tuple[list[LapseAhead], dict[UnitKey, After]]:
    """What lapses of these units by an instant of each, of however many merchants.

    Up to `limit` customers of each unit are looked at; where there may be more, the unit is among
    what comes back second, for the next call. Nothing lapses while a unit's expiry pauses, and
    where a unit lapses for want of activity, all that is left by then does.
    """
    known = (await read_units(session, until)).values()
    units: dict[UnitKey, Unit] = {(it.merchant_id, it.id): it for it in known}
    begin = {key: after.get(key, After()) for key in units}
    connection = await bulk(session)
    rows = await connection.fetch(
        SOON,
        [merchant_id for merchant_id, _ in units],
        [unit_id for _, unit_id in units],
        [until[key] for key in units],
        [it.due_at for it in begin.values()],
        [it.customer_id for it in begin.values()],
        limit,
    )
    names = ("merchant_id", "customer_id", "unit_id")
    dated: dict[tuple[UUID, UUID], list[tuple[datetime, int]]] = defaultdict(list)
    for unit_id, customer_id, at, points in await connection.fetch(
        _DATED, *([row[name] for row in rows] for name in names), now
    ):
        dated[unit_id, customer_id].append((at, points))
    found: list[LapseAhead] = []
    for row in rows:
        key = row["merchant_id"], UnitId(row["unit_id"])
        days = _by_day(
            units[key],
            dated[row["unit_id"], row["customer_id"]],
            available=row["available"],
            active_at=row["last_active_at"],
            now=now,
            until=until[key],
        )
        found += [LapseAhead(*key, row["customer_id"], day, points) for day, points in days]
    return found, _more(rows, limit)


def _more(rows: Sequence[Row], limit: int) -> dict[UnitKey, After]:
    """Behind whom there may be more, of units whose share was full."""
    marks: dict[UnitKey, list[After]] = defaultdict(list)
    for row in rows:
        key = row["merchant_id"], UnitId(row["unit_id"])
        marks[key].append(After(row["next_due_at"], row["customer_id"]))
    return {key: max(seen) for key, seen in marks.items() if len(seen) == limit}


def _by_day(
    unit: Unit,
    dated: Sequence[tuple[datetime, int]],
    *,
    available: int,
    active_at: datetime | None,
    now: datetime,
    until: datetime,
) -> list[tuple[date, int]]:
    """What of one account lapses, by the last day on which it can be spent, the soonest first."""
    lapses = [(at, points) for at, points in dated if not unit.expiry.waits(at)]
    idle_at = active_at and inactive_at(unit.expiry, active_at, unit.time_zone)
    if idle_at and idle_at > now and not unit.expiry.waits(idle_at):
        before = [(at, points) for at, points in lapses if at < idle_at]
        lapses = [*before, (idle_at, available - sum(points for _, points in before))]
    zone = ZoneInfo(unit.time_zone)
    days: dict[date, int] = defaultdict(int)
    for at, points in lapses:
        if at <= until and points > 0:
            days[(at - timedelta(microseconds=1)).astimezone(zone).date()] += points
    return sorted(days.items())
