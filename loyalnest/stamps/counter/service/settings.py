"""What devices may do without a network, and where stores are and when they are open."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import publish
from loyalnest.stamps.counter.events import CounterPlaceMoved
from loyalnest.stamps.counter.queries import hours_text, places_of
from loyalnest.stamps.counter.values import Opening, Place, Policy

_SAVE = text("""
INSERT INTO counter_policies (merchant_id, offline_hours, offline_stamps, changed_at, changed_by)
VALUES (:merchant_id, :offline_hours, :offline_stamps, :now, :actor)
ON CONFLICT (merchant_id) DO UPDATE
SET offline_hours = excluded.offline_hours, offline_stamps = excluded.offline_stamps,
    changed_at = excluded.changed_at, changed_by = excluded.changed_by
""")
_PLACE = text("""
INSERT INTO counter_places (merchant_id, store_id, hours, latitude, longitude, changed_at,
                            changed_by)
VALUES (:merchant_id, :store_id, cast(:hours AS jsonb), :latitude, :longitude, :now, :actor)
ON CONFLICT (merchant_id, store_id) DO UPDATE
SET hours = excluded.hours, latitude = excluded.latitude, longitude = excluded.longitude,
    changed_at = excluded.changed_at, changed_by = excluded.changed_by
""")


async def save_policy(
    session: AsyncSession, policy: Policy, *, actor: str, now: datetime
) -> Policy:
    """Bound what devices may do without a network, from now on."""
    about = {
        "merchant_id": merchant_of(session),
        "offline_hours": policy.offline_hours,
        "offline_stamps": policy.offline_stamps,
        "now": now,
        "actor": actor,
    }
    await session.execute(_SAVE, about)
    return policy


async def save_place(
    session: AsyncSession,
    store_id: UUID,
    *,
    hours: Sequence[Opening] | None,
    latitude: float | None,
    longitude: float | None,
    actor: str,
    now: datetime,
) -> Place:
    """Say where a store is and when it is open. Raises StoreNotFound."""
    await merchants.get_store(session, store_id)
    merchant_id = merchant_of(session)
    about = {
        "merchant_id": merchant_id,
        "store_id": store_id,
        "hours": hours_text(hours),
        "latitude": latitude,
        "longitude": longitude,
        "now": now,
        "actor": actor,
    }
    before = (await places_of(session)).get(store_id, Place(store_id))
    await session.execute(_PLACE, about)
    if (before.latitude, before.longitude) != (latitude, longitude):
        news = CounterPlaceMoved(merchant_id=merchant_id, occurred_at=now, store_id=store_id)
        await publish(session, [news], now=now)
    return Place(store_id, None if hours is None else tuple(hours), latitude, longitude)
