"""Expiry policies: seen before they are in force, put in force, and paused."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Bulk, bulk
from loyalnest.kernel.events import publish
from loyalnest.ledger.events import Term, UnitExpiryChanged
from loyalnest.ledger.expiry import Expiry, Pause, inactive_at, lapses_after, put_off
from loyalnest.ledger.service.units import unit_by_code
from loyalnest.ledger.values import HELD, Unit

NOTICE = timedelta(days=30)
"""Points that exist already get at least this long before a new policy ends them."""

_SPENDABLE_ON = """((CASE
           WHEN l.held_until IS NULL THEN l.occurred_at
           WHEN l.held_until = $4 THEN l.released_at
           ELSE greatest(l.occurred_at, l.held_until)
       END) AT TIME ZONE $3)::date"""

_OPEN = f"""
SELECT l.merchant_id, l.id, l.customer_id, l.unit_id, l.remaining, l.expires_at,
       l.held_until IS NOT NULL AND l.released_at IS NULL AS pending,
       {_SPENDABLE_ON} AS spendable_on
FROM lots l
WHERE l.merchant_id = $1 AND l.unit_id = $2 AND l.remaining > 0
"""  # noqa: S608

_DAYS = f"""
SELECT DISTINCT o.spendable_on FROM ({_OPEN}) o WHERE o.spendable_on IS NOT NULL
"""  # noqa: S608

_DATED = f"""
SELECT o.merchant_id, o.id, o.customer_id, o.remaining, o.pending, n.expires_at
FROM ({_OPEN}) o
LEFT JOIN unnest($5::date[], $6::timestamptz[]) AS n (spendable_on, expires_at)
  ON n.spendable_on = o.spendable_on
"""  # noqa: S608

_LOCK_UNIT = """
SELECT FROM accounts a
WHERE a.merchant_id = $1 AND a.unit_id = $2
ORDER BY a.merchant_id, a.customer_id
FOR NO KEY UPDATE
"""

_REDATE = f"""
UPDATE lots l SET expires_at = n.expires_at
FROM ({_DATED}) n
WHERE l.merchant_id = n.merchant_id AND l.id = n.id
  AND l.expires_at IS DISTINCT FROM n.expires_at
"""  # noqa: S608

_LOOK_AHEAD = """
UPDATE accounts a SET next_due_at = n.due_at
FROM (
    SELECT l.merchant_id, l.customer_id, l.unit_id,
           min(CASE WHEN l.held_until IS NOT NULL AND l.released_at IS NULL
                    THEN nullif(l.held_until, $3) ELSE l.expires_at END) AS due_at
    FROM lots l
    WHERE l.merchant_id = $1 AND l.unit_id = $2 AND l.remaining > 0
    GROUP BY l.merchant_id, l.customer_id, l.unit_id
) n
WHERE a.merchant_id = n.merchant_id
  AND a.customer_id = n.customer_id
  AND a.unit_id = n.unit_id
  AND a.next_due_at IS DISTINCT FROM n.due_at
"""

_SET = "UPDATE units SET expiry = $3 WHERE merchant_id = $1 AND id = $2"

# Also lots of which nothing is left: it may be put back.
_MET = f"""
SELECT l.merchant_id, l.id, l.expires_at
FROM lots l
WHERE l.merchant_id = $1 AND l.unit_id = $2 AND l.expires_at > $5 AND {_SPENDABLE_ON} <= $6
"""  # noqa: S608

_MET_DATES = f"SELECT DISTINCT m.expires_at FROM ({_MET}) m"  # noqa: S608

_PUT_OFF = f"""
UPDATE lots l SET expires_at = n.expires_at
FROM ({_MET}) m
JOIN unnest($7::timestamptz[], $8::timestamptz[]) AS n (old, expires_at) ON n.old = m.expires_at
WHERE l.merchant_id = m.merchant_id AND l.id = m.id
"""  # noqa: S608

_WATCH = """
UPDATE accounts a SET next_due_at = least(coalesce(a.next_due_at, $3), $3)
WHERE a.merchant_id = $1 AND a.unit_id = $2 AND a.available > 0
"""

_LOSSES = f"""
SELECT n.customer_id, n.expires_at, sum(n.remaining)::bigint AS points,
       count(*) OVER () AS losses, sum(sum(n.remaining)) OVER ()::bigint AS total
FROM ({_DATED}) n
WHERE n.expires_at IS NOT NULL AND NOT n.pending
GROUP BY n.customer_id, n.expires_at
ORDER BY n.expires_at, n.customer_id
LIMIT $7
"""  # noqa: S608

_IDLE_LOSSES = """
SELECT a.customer_id, $3::timestamptz, a.available, count(*) OVER () AS losses,
       sum(a.available) OVER ()::bigint AS total
FROM accounts a
WHERE a.merchant_id = $1 AND a.unit_id = $2 AND a.available > 0
ORDER BY a.customer_id
LIMIT $4
"""


class Loss(msgspec.Struct, frozen=True):
    """What one customer would lose at one instant, if they spend nothing until then."""

    customer_id: UUID
    lapses_at: datetime
    points: int


class Losses(msgspec.Struct, frozen=True):
    """What a policy would end of what there is now: in all, and whose first."""

    count: int
    points: int
    first: list[Loss]


async def preview_expiry(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    code: str,
    expiry: Expiry,
    existing: bool,
    limit: int = 100,
    now: datetime,
) -> Losses:
    """Who would lose what, and when, if `set_expiry` were called like this. Raises UnitUnknown."""
    unit = await unit_by_code(session, merchant_id, code)
    expiry = msgspec.structs.replace(expiry, pauses=unit.expiry.pauses)
    connection = await bulk(session)
    idle = inactive_at(expiry, now, unit.time_zone)
    if idle is not None:
        rows = await connection.fetch(_IDLE_LOSSES, merchant_id, unit.id, idle, limit)
    elif expiry.by_lot and existing:
        dates = await _dates(connection, unit, expiry, now)
        rows = await connection.fetch(_LOSSES, *dates, limit)
    else:
        rows = []
    if not rows:
        return Losses(0, 0, [])
    return Losses(rows[0][3], rows[0][4], [Loss(row[0], row[1], row[2]) for row in rows])


async def set_expiry(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    code: str,
    expiry: Expiry,
    existing: bool = False,
    now: datetime,
) -> Unit:
    """Put an expiry policy in force for what is earned from now on.

    Points that exist keep their dates unless `existing` says otherwise; then they get the new
    policy's, but none sooner than in 30 days. Inactivity is counted from now at the earliest.
    Raises UnitUnknown.
    """
    unit = await unit_by_code(session, merchant_id, code)
    expiry = msgspec.structs.replace(
        expiry, since=now, paused_at=unit.expiry.paused_at, pauses=unit.expiry.pauses
    )
    connection = await bulk(session)
    await _put_in_force(connection, unit, expiry)
    if existing:
        await connection.execute(_REDATE, *await _dates(connection, unit, expiry, now))
        await connection.execute(_LOOK_AHEAD, unit.merchant_id, unit.id, HELD)
    await _watch(connection, unit, expiry, now)
    changed = UnitExpiryChanged(
        merchant_id=merchant_id,
        occurred_at=now,
        unit=code,
        before=_term(unit.expiry),
        after=_term(expiry),
        existing=existing,
    )
    await publish(session, [changed], now=now)
    return msgspec.structs.replace(unit, expiry=expiry)


def _term(expiry: Expiry) -> Term:
    return Term(expiry.kind.value, expiry.days, expiry.grace_days)


async def pause_expiry(session: AsyncSession, unit: Unit, *, now: datetime) -> None:
    """Let nothing of a unit lapse from now on, until `resume_expiry`. Twice is once."""
    if unit.expiry.paused_at is None:
        expiry = msgspec.structs.replace(unit.expiry, paused_at=now)
        await _put_in_force(await bulk(session), unit, expiry)


async def resume_expiry(session: AsyncSession, unit: Unit, *, now: datetime) -> None:
    """End a pause: every date that it met is put off by its length, in whole days rounded up.

    The same holds for what is heard of later and was earned before. Inactivity is counted from now
    at the earliest.
    """
    paused_at = unit.expiry.paused_at
    if paused_at is None:
        return
    pause = Pause(paused_at, max(now, paused_at))
    expiry = msgspec.structs.replace(
        unit.expiry, since=now, paused_at=None, pauses=(*unit.expiry.pauses, pause)
    )
    connection = await bulk(session)
    await _put_in_force(connection, unit, expiry)
    ended_on = pause.until.astimezone(ZoneInfo(unit.time_zone)).date()
    met = (unit.merchant_id, unit.id, unit.time_zone, HELD, pause.since, ended_on)
    old: list[datetime] = [row[0] for row in await connection.fetch(_MET_DATES, *met)]
    new = [put_off(each, pause, unit.time_zone) for each in old]
    await connection.execute(_PUT_OFF, *met, old, new)
    await connection.execute(_LOOK_AHEAD, unit.merchant_id, unit.id, HELD)
    await _watch(connection, unit, expiry, now)


async def _put_in_force(connection: Bulk, unit: Unit, expiry: Expiry) -> None:
    """Whoever moves points at this moment has done so before, or does by the new policy."""
    await connection.execute(_LOCK_UNIT, unit.merchant_id, unit.id)
    await connection.execute(_SET, unit.merchant_id, unit.id, msgspec.json.encode(expiry).decode())


async def _watch(connection: Bulk, unit: Unit, expiry: Expiry, now: datetime) -> None:
    """Have accounts looked at when they have seen no activity for long enough from now."""
    idle = inactive_at(expiry, now, unit.time_zone)
    if idle is not None:
        await connection.execute(_WATCH, unit.merchant_id, unit.id, idle)


async def _dates(connection: Bulk, unit: Unit, expiry: Expiry, now: datetime) -> tuple[object, ...]:
    """What dates open lots anew: for each day on which some could first be spent, when they lapse.

    There are few days, however many lots; so one calendar, the rules', dates them all.
    """
    lots = (unit.merchant_id, unit.id, unit.time_zone, HELD)
    if not expiry.by_lot:
        return (*lots, [], [])
    days: list[date] = [row[0] for row in await connection.fetch(_DAYS, *lots)]
    soonest = now + NOTICE
    return (*lots, days, [max(soonest, lapses_after(expiry, d, unit.time_zone)) for d in days])
