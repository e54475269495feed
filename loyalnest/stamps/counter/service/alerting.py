"""Odd patterns are looked for whenever something was stamped, and shown until somebody has seen."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import Row, bulk, merchant_of
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.relay import LoggedEvent, Subscriber
from loyalnest.stamps.counter.errors import AlertNotFound
from loyalnest.stamps.counter.queries import place_of
from loyalnest.stamps.counter.rules import patterns
from loyalnest.stamps.counter.values import AlertKind, Done, Finding, Place
from loyalnest.stamps.events import StampGiven

# All of whoever is touched by the news, as far back as a pattern of one day reaches: one part by
# card, one by clerk, one by device.
_COLUMNS = """
i.id, i.merchant_id, i.stamper_id, i.clerk_id, i.card_id, i.store_id, i.happened_at, i.flags
"""
_COUNTED = "i.kind = 'stamp' AND i.outcome = 'done' AND i.stamp_id IS NOT NULL"
_AROUND = f"""
SELECT {_COLUMNS}
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) k (merchant_id, id, since)
JOIN intents i ON i.merchant_id = k.merchant_id AND i.clerk_id = k.id AND i.happened_at >= k.since
WHERE {_COUNTED}
UNION
SELECT {_COLUMNS}
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) k (merchant_id, id, since)
JOIN intents i ON i.merchant_id = k.merchant_id AND i.stamper_id = k.id AND i.happened_at >= k.since
WHERE {_COUNTED}
"""  # noqa: S608
_PLACES = """
SELECT merchant_id, store_id, hours, latitude, longitude
FROM counter_places WHERE merchant_id = ANY($1::uuid[])
"""
_PUT = """
INSERT INTO counter_alerts (merchant_id, id, kind, subject, day, card_id, clerk_id, stamper_id,
                            count, first_at, last_at, found_at)
SELECT k.merchant_id, k.id, k.kind, k.subject, k.day, k.card_id, k.clerk_id, k.stamper_id, k.count,
       k.first_at, k.last_at, $1
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::date[], $7::uuid[], $8::uuid[],
            $9::uuid[], $10::int[], $11::timestamptz[], $12::timestamptz[])
  AS k (merchant_id, id, kind, subject, day, card_id, clerk_id, stamper_id, count, first_at,
        last_at)
ON CONFLICT (merchant_id, kind, subject, day) DO UPDATE
SET count = excluded.count,
    first_at = least(counter_alerts.first_at, excluded.first_at),
    last_at = greatest(counter_alerts.last_at, excluded.last_at)
WHERE excluded.count > counter_alerts.count
"""
_SINCE = """
SELECT count(*), min(happened_at), max(happened_at) FROM intents
WHERE merchant_id = $1 AND stamper_id = $2 AND happened_at >= $3 AND outcome = 'done'
  AND (stamp_id IS NOT NULL OR reward_id IS NOT NULL)
"""
_SEE = text("""
UPDATE counter_alerts
SET seen_at = coalesce(seen_at, :now), seen_by = coalesce(seen_by, :actor)
WHERE merchant_id = :merchant_id AND id = :id
RETURNING true
""")


async def _look(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    since: dict[tuple[UUID, UUID], datetime] = {}
    for it in events:
        for named in (it.data["clerk_id"], it.data["stamper_id"]):
            if named is not None:
                key = (it.merchant_id, UUID(named))
                before = it.occurred_at - patterns.LOOKS_BACK
                since[key] = min(since.get(key, before), before)
    if not since:
        return
    connection = await bulk(session)
    rows = await connection.fetch(
        _AROUND,
        [merchant_id for merchant_id, _ in since],
        [id_ for _, id_ in since],
        list(since.values()),
    )
    done: dict[UUID, list[Done]] = defaultdict(list)
    for row in rows:
        done[row["merchant_id"]].append(_done(row))
    if not done:
        return
    zones = await merchants.zones_of(session, list(done))
    places: dict[UUID, dict[UUID, Place]] = defaultdict(dict)
    for row in await connection.fetch(_PLACES, list(done)):
        places[row[0]][row[1]] = place_of(*list(row)[1:])
    found = [
        (merchant_id, finding)
        for merchant_id, own in done.items()
        for finding in patterns.find(own, places[merchant_id], zones[merchant_id])
    ]
    await _put(session, found, now=now)


async def note_after_loss(
    session: AsyncSession, stamper_id: UUID, *, since: datetime, now: datetime
) -> None:
    """Tell of what a device did between its loss and its end."""
    merchant_id = merchant_of(session)
    row = await (await bulk(session)).fetchrow(_SINCE, merchant_id, stamper_id, since)
    assert row is not None
    if row[0] == 0:
        return
    zone = (await merchants.zones_of(session, [merchant_id]))[merchant_id]
    finding = Finding(
        kind=AlertKind.AFTER_LOSS,
        day=row[1].astimezone(zone).date(),
        first_at=row[1],
        last_at=row[2],
        count=row[0],
        stamper_id=stamper_id,
    )
    await _put(session, [(merchant_id, finding)], now=now)


async def see_alert(session: AsyncSession, alert_id: UUID, *, actor: str, now: datetime) -> None:
    """Put an alert away, with who was first to see it. Raises AlertNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": alert_id, "actor": actor, "now": now}
    if await session.scalar(_SEE, asked) is None:
        raise AlertNotFound


async def _put(
    session: AsyncSession, found: Sequence[tuple[UUID, Finding]], *, now: datetime
) -> None:
    if not found:
        return
    rows = [
        (
            merchant_id,
            new_id(),
            it.kind.value,
            it.subject,
            it.day,
            it.card_id,
            it.clerk_id,
            it.stamper_id,
            it.count,
            it.first_at,
            it.last_at,
        )
        for merchant_id, it in found
    ]
    await (await bulk(session)).execute(_PUT, now, *map(list, zip(*rows, strict=True)))


def _done(row: Row) -> Done:
    return Done(
        id=row["id"],
        merchant_id=row["merchant_id"],
        stamper_id=row["stamper_id"],
        clerk_id=row["clerk_id"],
        card_id=row["card_id"],
        store_id=row["store_id"],
        at=row["happened_at"],
        flags=frozenset(row["flags"]),
    )


ALERTS = Subscriber(name="stamps.alerts", types=frozenset({StampGiven.type}), handle=_look)
"""Looks for odd patterns among what clerks and devices have stamped."""
