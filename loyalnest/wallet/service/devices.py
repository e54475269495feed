"""Phones come to hold passes, and let go of them."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import stamps
from loyalnest.kernel.database import bulk, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.wallet import directory
from loyalnest.wallet.events import PassAdded, PassRemoved
from loyalnest.wallet.keys import PUSH_TOKEN
from loyalnest.wallet.values import Pass

# A phone that comes again with the token it had keeps its row as it is.
_DEVICE = """
INSERT INTO pass_devices AS d (merchant_id, id, name_hash, token_hash, token_sealed, made_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (merchant_id, name_hash) DO UPDATE
SET token_hash = excluded.token_hash,
    token_sealed = CASE
        WHEN d.token_hash = excluded.token_hash THEN d.token_sealed
        ELSE excluded.token_sealed
    END
RETURNING id
"""
_REGISTER = """
INSERT INTO pass_registrations (merchant_id, pass_id, device_id, registered_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING
RETURNING true
"""
_SAME_PHONE = """
DELETE FROM pass_registrations r
USING pass_devices d
WHERE r.merchant_id = $1
  AND r.pass_id = $2
  AND d.merchant_id = $1
  AND d.id = r.device_id
  AND d.token_hash = $3
  AND d.id <> $4
RETURNING true
"""
_UNREGISTER = """
DELETE FROM pass_registrations r
USING pass_devices d
WHERE r.merchant_id = $1
  AND r.pass_id = $2
  AND d.merchant_id = $1
  AND d.id = r.device_id
  AND d.name_hash = $3
RETURNING true
"""
_SAVED = """
UPDATE passes
SET saved = $3
WHERE merchant_id = $1 AND id = $2 AND saved <> $3
RETURNING true
"""


async def register(
    session: AsyncSession, it: Pass, *, device: str, push_token: str, now: datetime
) -> bool:
    """A phone holds a pass from now on, and is told of changes by this token.

    Returns whether it is new to us. The same phone may come back by the hundred under other names:
    it is known by its token, and held once.
    """
    connection = await bulk(session)
    named, told = directory.hash_of(device), directory.hash_of(push_token)
    device_id = await connection.fetchval(
        _DEVICE,
        it.merchant_id,
        new_id(),
        named,
        told,
        ring_of(session).seal(it.merchant_id, PUSH_TOKEN, push_token.encode()),
        now,
    )
    is_new = bool(await connection.fetchval(_REGISTER, it.merchant_id, it.id, device_id, now))
    if is_new:
        await directory.put(session, directory.DEVICE, {named: device_id})
        was_here = await connection.fetch(_SAME_PHONE, it.merchant_id, it.id, told, device_id)
        if not was_here:
            await publish(session, [await _news(session, it, PassAdded, now)], now=now)
    return is_new


async def unregister(session: AsyncSession, it: Pass, *, device: str, now: datetime) -> None:
    """A phone holds a pass no more; nothing happens where it didn't."""
    named = directory.hash_of(device)
    if await (await bulk(session)).fetchval(_UNREGISTER, it.merchant_id, it.id, named):
        await publish(session, [await _news(session, it, PassRemoved, now)], now=now)


async def note_saved(session: AsyncSession, it: Pass, *, saved: bool, now: datetime) -> None:
    """Somebody has a pass in Google's wallet from now on, or no more."""
    if await (await bulk(session)).fetchval(_SAVED, it.merchant_id, it.id, saved):
        kind = PassAdded if saved else PassRemoved
        await publish(session, [await _news(session, it, kind, now)], now=now)


async def _news(
    session: AsyncSession, it: Pass, kind: type[PassAdded | PassRemoved], now: datetime
) -> PassAdded | PassRemoved:
    state = (await stamps.states(session, [it.card_id], now=now)).get(it.card_id)
    return kind(
        merchant_id=it.merchant_id,
        customer_id=state.card.customer_id if state else None,
        occurred_at=now,
        pass_id=it.id,
        card_id=it.card_id,
        platform=it.platform.value,
    )
