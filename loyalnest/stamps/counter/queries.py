"""Named reads: devices, clerks, what devices may do, what waits and what looks odd."""

import json
from collections.abc import Sequence
from datetime import time
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.stamps.counter.errors import ClerkNotFound, StamperNotFound
from loyalnest.stamps.counter.keys import CLERK_NAME, CLERK_PIN
from loyalnest.stamps.counter.values import (
    Alert,
    AlertKind,
    Clerk,
    Held,
    IntentKind,
    Opening,
    PinVerifier,
    Place,
    Policy,
    Stamper,
)

STAMPER_COLUMNS = """
merchant_id, id, name, store_id, public_keys, device, pairing_expires_at, created_at, paired_at,
last_seen_at, revoked_at, lost_at
"""
_STAMPERS = text(f"""
SELECT {STAMPER_COLUMNS} FROM stampers
WHERE merchant_id = :merchant_id AND (cast(:id AS uuid) IS NULL OR id = :id)
ORDER BY id
""")  # noqa: S608
_CLERKS = text("""
SELECT merchant_id, id, name_sealed, pin_sealed, suspended_at, wrong_pins, locked_until, created_at
FROM clerks
WHERE merchant_id = :merchant_id AND (cast(:id AS uuid) IS NULL OR id = :id)
ORDER BY id
""")
_POLICY = text("""
SELECT offline_hours, offline_stamps FROM counter_policies WHERE merchant_id = :merchant_id
""")
_PLACES = text("""
SELECT store_id, hours, latitude, longitude FROM counter_places WHERE merchant_id = :merchant_id
""")
_HELD = text("""
SELECT id, stamper_id, kind, card_id, clerk_id, count AS wanted, happened_at, received_at,
       code, detail
FROM intents
WHERE merchant_id = :merchant_id AND outcome = 'held'
  AND (cast(:after AS uuid) IS NULL OR id > :after)
ORDER BY id
LIMIT :limit
""")
_ALERTS = text("""
SELECT id, kind, count, card_id, clerk_id, stamper_id, first_at, last_at, seen_at, seen_by
FROM counter_alerts
WHERE merchant_id = :merchant_id
  AND (:seen OR seen_at IS NULL)
  AND (cast(:before AS uuid) IS NULL OR id < :before)
ORDER BY id DESC
LIMIT :limit
""")
_RECENT = text("""
SELECT i.stamp_id, i.counter, i.happened_at, i.card_id, s.count AS stamped, s.undone_at
FROM intents i
JOIN stamps s ON s.merchant_id = i.merchant_id AND s.id = i.stamp_id
WHERE i.merchant_id = :merchant_id AND i.stamper_id = :stamper_id AND i.pairing = :pairing
  AND i.kind = 'stamp' AND i.outcome = 'done'
ORDER BY i.happened_at DESC, i.counter DESC
LIMIT 20
""")


async def list_stampers(session: AsyncSession) -> list[Stamper]:
    """The merchant's devices, the oldest first, also those that were cut off."""
    rows = await session.execute(_STAMPERS, {"merchant_id": merchant_of(session), "id": None})
    return [stamper_of(row) for row in rows]


async def get_stamper(session: AsyncSession, stamper_id: UUID) -> Stamper:
    """One device. Raises StamperNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": stamper_id}
    row = (await session.execute(_STAMPERS, asked)).one_or_none()
    if row is None:
        raise StamperNotFound
    return stamper_of(row)


async def list_clerks(session: AsyncSession) -> list[Clerk]:
    """The merchant's clerks in the order they came, suspended ones too."""
    rows = await session.execute(_CLERKS, {"merchant_id": merchant_of(session), "id": None})
    return [_clerk(row, ring_of(session)) for row in rows]


async def get_clerk(session: AsyncSession, clerk_id: UUID) -> Clerk:
    """One clerk. Raises ClerkNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": clerk_id}
    row = (await session.execute(_CLERKS, asked)).one_or_none()
    if row is None:
        raise ClerkNotFound
    return _clerk(row, ring_of(session))


async def policy_of(session: AsyncSession) -> Policy:
    """What devices may do without a network; ours until the merchant says."""
    row = (await session.execute(_POLICY, {"merchant_id": merchant_of(session)})).one_or_none()
    return Policy(*row) if row else Policy()


async def places_of(session: AsyncSession) -> dict[UUID, Place]:
    """Where stores are and when they are open, as far as the merchant has said."""
    rows = await session.execute(_PLACES, {"merchant_id": merchant_of(session)})
    return {row.store_id: place_of(*row) for row in rows}


async def list_held(
    session: AsyncSession, *, after: UUID | None = None, limit: int = 200
) -> list[Held]:
    """What waits for the owner, the longest waiting first."""
    asked = {"merchant_id": merchant_of(session), "after": after, "limit": limit}
    rows = await session.execute(_HELD, asked)
    return [
        Held(
            id=row.id,
            stamper_id=row.stamper_id,
            kind=IntentKind(row.kind),
            card_id=row.card_id,
            clerk_id=row.clerk_id,
            count=row.wanted,
            happened_at=row.happened_at,
            received_at=row.received_at,
            reason=row.code,
            detail=row.detail,
        )
        for row in rows
    ]


async def list_alerts(
    session: AsyncSession, *, seen: bool = False, before: UUID | None = None, limit: int = 200
) -> list[Alert]:
    """What looks odd, the latest first; what was seen only if asked for."""
    asked = {
        "merchant_id": merchant_of(session),
        "seen": seen,
        "before": before,
        "limit": limit,
    }
    rows = await session.execute(_ALERTS, asked)
    return [Alert(row.id, AlertKind(row.kind), *row[2:]) for row in rows]


async def recent_stamps(session: AsyncSession, stamper: Stamper) -> Sequence[Row[Any]]:
    """What a device stamped last and can take back, with the counters it knows it by."""
    asked = {
        "merchant_id": stamper.merchant_id,
        "stamper_id": stamper.id,
        "pairing": stamper.pairing,
    }
    return (await session.execute(_RECENT, asked)).all()


async def stores_by_id(session: AsyncSession) -> dict[UUID, merchants.Store]:
    """The merchant's stores that have not left."""
    stores = await merchants.list_stores(session, merchant_id=merchant_of(session))
    return {it.id: it for it in stores if it.uninstalled_at is None}


def stamper_of(row: Row[Any]) -> Stamper:
    """A row of STAMPER_COLUMNS."""
    return Stamper(
        merchant_id=row.merchant_id,
        id=row.id,
        name=row.name,
        store_id=row.store_id,
        public_keys=tuple(map(bytes, row.public_keys)),
        device=row.device,
        pairing_expires_at=row.pairing_expires_at,
        created_at=row.created_at,
        paired_at=row.paired_at,
        last_seen_at=row.last_seen_at,
        revoked_at=row.revoked_at,
        lost_at=row.lost_at,
    )


def place_of(
    store_id: UUID,
    hours: list[dict[str, Any]] | None,
    latitude: float | None,
    longitude: float | None,
) -> Place:
    """A row of what a merchant said about a store."""
    opened = None if hours is None else tuple(_opening(it) for it in hours)
    return Place(store_id, opened, latitude, longitude)


def hours_text(hours: Sequence[Opening] | None) -> str | None:
    """Opening hours as they are kept."""
    if hours is None:
        return None
    return json.dumps(
        [
            {"weekday": it.weekday, "opens": f"{it.opens:%H:%M}", "closes": f"{it.closes:%H:%M}"}
            for it in hours
        ]
    )


def pin_text(pin: PinVerifier) -> str:
    """A verifier as it is sealed."""
    return msgspec.json.encode(pin).decode()


def _opening(said: dict[str, Any]) -> Opening:
    opens, closes = time.fromisoformat(said["opens"]), time.fromisoformat(said["closes"])
    return Opening(said["weekday"], opens, closes)


def _clerk(row: Row[Any], ring: KeyRing) -> Clerk:
    pin = ring.open(row.merchant_id, CLERK_PIN, bytes(row.pin_sealed))
    return Clerk(
        merchant_id=row.merchant_id,
        id=row.id,
        name=ring.open(row.merchant_id, CLERK_NAME, bytes(row.name_sealed)).decode(),
        pin=msgspec.json.decode(pin, type=PinVerifier),
        suspended_at=row.suspended_at,
        wrong_pins=row.wrong_pins,
        locked_until=row.locked_until,
        created_at=row.created_at,
    )
