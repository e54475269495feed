"""Devices are added, paired, cut off and let back."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import act_for, merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.stamps.counter import queries
from loyalnest.stamps.counter.access import hash_of, new_secret, token_of
from loyalnest.stamps.counter.errors import (
    PairingCodeExpired,
    PairingCodeWrong,
)
from loyalnest.stamps.counter.events import (
    StamperAdded,
    StamperPaired,
    StamperRestored,
    StamperStopped,
)
from loyalnest.stamps.counter.service.alerting import note_after_loss
from loyalnest.stamps.counter.values import Stamper
from loyalnest.stamps.numbers import ALPHABET

PAIRING_LASTS = timedelta(minutes=15)
_LETTERS = 8
_KIND = "stamper pairing"

_ADD = text("""
INSERT INTO stampers (merchant_id, id, name, store_id, public_keys, created_at, created_by)
VALUES (:merchant_id, :id, :name, :store_id, '{}', :now, :actor)
""")
_OFFER = text("""
UPDATE stampers s
SET pairing_hash = :hash, pairing_expires_at = :expires_at, revoked_at = NULL, revoked_by = NULL,
    lost_at = NULL, token_hash = CASE WHEN s.revoked_at IS NULL THEN token_hash END
WHERE merchant_id = :merchant_id AND id = :id
""")
_LIST = text("""
INSERT INTO directory (kind, hash, merchant_id, subject_id)
VALUES (:kind, :hash, :merchant_id, :id)
""")
_UNLIST = text("""
DELETE FROM directory WHERE kind = :kind AND merchant_id = :merchant_id AND subject_id = :id
""")
_FIND = text("""
SELECT merchant_id, subject_id FROM directory WHERE kind = :kind AND hash = ANY(:hashes)
""")
_OFFERED = text("""
SELECT pairing_hash, pairing_expires_at FROM stampers
WHERE merchant_id = :merchant_id AND id = :id
FOR UPDATE
""")
_PAIR = text("""
UPDATE stampers
SET public_keys = public_keys || cast(:key AS bytea), token_hash = :token_hash, device = :device,
    paired_at = :now, last_seen_at = :now, pairing_hash = NULL, pairing_expires_at = NULL
WHERE merchant_id = :merchant_id AND id = :id
""")
_STOP = text("""
UPDATE stampers
SET revoked_at = coalesce(revoked_at, :now), revoked_by = coalesce(revoked_by, :actor),
    lost_at = coalesce(:lost_at, lost_at), pairing_hash = NULL, pairing_expires_at = NULL
WHERE merchant_id = :merchant_id AND id = :id
""")
_SEEN = text("""
UPDATE stampers SET last_seen_at = :now
WHERE merchant_id = :merchant_id AND id = :id
  AND last_seen_at < cast(:now AS timestamptz) - interval '1 minute'
""")


async def add_stamper(
    session: AsyncSession, *, name: str, store_id: UUID | None, actor: str, now: datetime
) -> tuple[Stamper, str]:
    """A device to be paired, and the code for that. Raises StoreNotFound."""
    merchant_id, stamper_id = merchant_of(session), new_id()
    if store_id is not None:
        await merchants.get_store(session, store_id)
    row = {
        "merchant_id": merchant_id,
        "id": stamper_id,
        "name": name,
        "store_id": store_id,
        "now": now,
        "actor": actor,
    }
    await session.execute(_ADD, row)
    added = StamperAdded(merchant_id=merchant_id, occurred_at=now, stamper_id=stamper_id)
    await publish(session, [added], now=now)
    return await offer_pairing(session, stamper_id, now=now)


async def offer_pairing(
    session: AsyncSession, stamper_id: UUID, *, now: datetime
) -> tuple[Stamper, str]:
    """A code that pairs a device, good once and for 15 minutes; the last one stops working.

    A device that was cut off is let back by it, whoever holds the old token stays outside. Raises
    StamperNotFound.
    """
    before = await queries.get_stamper(session, stamper_id)
    merchant_id = merchant_of(session)
    code = "".join(secrets.choice(ALPHABET) for _ in range(_LETTERS))
    asked = {"kind": _KIND, "merchant_id": merchant_id, "id": stamper_id}
    hashed = ring_of(session).blind(None, _KIND, code).hash
    await session.execute(_UNLIST, asked)
    await session.execute(_LIST, {**asked, "hash": hashed})
    offer = {**asked, "hash": hash_of(code), "expires_at": now + PAIRING_LASTS}
    await session.execute(_OFFER, {name: offer[name] for name in _OFFER_NAMES})
    if before.revoked_at is not None:
        news = StamperRestored(merchant_id=merchant_id, occurred_at=now, stamper_id=stamper_id)
        await publish(session, [news], now=now)
    return await queries.get_stamper(session, stamper_id), code


_OFFER_NAMES = ("merchant_id", "id", "hash", "expires_at")


async def pair(
    session: AsyncSession, *, code: str, public_key: bytes, device: str, now: datetime
) -> tuple[Stamper, str]:
    """Pair whoever has the code: the device, and the token it asks with from now on.

    For a session for nobody. Raises PairingCodeWrong, PairingCodeExpired.
    """
    code = _typed(code)
    hashes = ring_of(session).blind_all(None, _KIND, code)
    found = (await session.execute(_FIND, {"kind": _KIND, "hashes": hashes})).first()
    if found is None:
        raise PairingCodeWrong
    merchant_id, stamper_id = found
    await act_for(session, [merchant_id])
    asked = {"merchant_id": merchant_id, "id": stamper_id}
    offered = (await session.execute(_OFFERED, asked)).one_or_none()
    if offered is None or offered.pairing_hash is None:
        raise PairingCodeWrong
    if bytes(offered.pairing_hash) != hash_of(code):
        raise PairingCodeWrong
    if offered.pairing_expires_at <= now:
        raise PairingCodeExpired
    secret = new_secret()
    await session.execute(
        _PAIR,
        {**asked, "key": public_key, "token_hash": hash_of(secret), "device": device, "now": now},
    )
    await session.execute(_UNLIST, {"kind": _KIND, **asked})
    stamper = await queries.get_stamper(session, stamper_id)
    paired = StamperPaired(
        merchant_id=merchant_id, occurred_at=now, stamper_id=stamper_id, pairing=stamper.pairing
    )
    await publish(session, [paired], now=now)
    return stamper, token_of(merchant_id, stamper_id, secret)


async def stop_stamper(
    session: AsyncSession,
    stamper_id: UUID,
    *,
    lost_at: datetime | None,
    actor: str,
    now: datetime,
) -> Stamper:
    """Cut a device off from its next contact; what it brings after that waits for the owner.

    What it did since it was lost, and what counted already, becomes an alert. Raises
    StamperNotFound.
    """
    before = await queries.get_stamper(session, stamper_id)
    asked = {"merchant_id": merchant_of(session), "id": stamper_id}
    await session.execute(_STOP, {**asked, "lost_at": lost_at, "actor": actor, "now": now})
    await session.execute(_UNLIST, {"kind": _KIND, **asked})
    if lost_at is not None:
        await note_after_loss(session, stamper_id, since=lost_at, now=now)
    if before.revoked_at is None:
        news = StamperStopped(
            merchant_id=before.merchant_id,
            occurred_at=now,
            stamper_id=stamper_id,
            lost=lost_at is not None,
        )
        await publish(session, [news], now=now)
    return await queries.get_stamper(session, stamper_id)


async def note_contact(session: AsyncSession, stamper_id: UUID, *, now: datetime) -> None:
    """Remember when a device was last heard of, to the minute."""
    asked = {"merchant_id": merchant_of(session), "id": stamper_id, "now": now}
    await session.execute(_SEEN, asked)


def _typed(code: str) -> str:
    """A code as somebody typed it."""
    bare = "".join(it for it in code.upper() if it.isalnum())
    return bare.translate(str.maketrans("OIL", "011"))
