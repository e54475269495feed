"""A merchant's secret: what makes letters that only we can write, and hashes that outlast keys.

It never changes: a link in a mail of last year still unsubscribes, and an address of somebody who
was forgotten, of which a hash is all there is, is still known when the installation's keys are not
those of then. It is sealed under those keys like everything else.
"""

import hmac
import secrets
from collections import OrderedDict
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.consents.values import Channel
from loyalnest.kernel.database import ring_of
from loyalnest.kernel.keys import Sealed

_SEALED_AS = "consent_secrets.secret"
_BYTES = 32
_REMEMBERED = 10_000
_IN_SESSION = "consents.secrets"

_FIND = text("SELECT secret_sealed FROM consent_secrets WHERE merchant_id = :merchant_id")
_MAKE = text("""
INSERT INTO consent_secrets (merchant_id, secret_sealed)
VALUES (:merchant_id, :sealed)
ON CONFLICT (merchant_id) DO NOTHING
RETURNING true
""")

SEALED = Sealed("consent_secrets", "secret_sealed", _SEALED_AS)

_remembered: OrderedDict[UUID, bytes] = OrderedDict()


async def secret_of(session: AsyncSession, merchant_id: UUID) -> bytes:
    """A merchant's secret, made when it is asked for first.

    It is remembered by the process once it is sure to stay: one that this transaction has made
    goes with it, should it be rolled back.
    """
    known = _remembered.get(merchant_id)
    if known is not None:
        return known
    own: dict[UUID, bytes] = session.info.setdefault(_IN_SESSION, {})
    if merchant_id in own:
        return own[merchant_id]
    found = await find_secret(session, merchant_id)
    if found is not None:
        return found
    fresh = secrets.token_bytes(_BYTES)
    sealed = ring_of(session).seal(merchant_id, _SEALED_AS, fresh)
    if not await session.scalar(_MAKE, {"merchant_id": merchant_id, "sealed": sealed}):
        found = await _find(session, merchant_id)  # somebody else was quicker, and has committed
        assert found is not None
        fresh = found
    own[merchant_id] = fresh
    return fresh


async def find_secret(session: AsyncSession, merchant_id: UUID) -> bytes | None:
    """A merchant's secret, if it has one: whoever reads what others bring makes none."""
    known = _remembered.get(merchant_id)
    if known is None:
        known = await _find(session, merchant_id)
        if known is not None and merchant_id not in session.info.get(_IN_SESSION, {}):
            _remember(merchant_id, known)
    return known


def hash_of(secret: bytes, channel: Channel, scope: str, address: str) -> bytes:
    """What an address in its normal form is known by; nobody without the secret can tell it."""
    said = f"address\0{channel}\0{scope}\0{address}"
    return hmac.digest(secret, said.encode(), "sha256")[:16]


async def _find(session: AsyncSession, merchant_id: UUID) -> bytes | None:
    sealed = await session.scalar(_FIND, {"merchant_id": merchant_id})
    return None if sealed is None else ring_of(session).open(merchant_id, _SEALED_AS, bytes(sealed))


def _remember(merchant_id: UUID, secret: bytes) -> None:
    _remembered[merchant_id] = secret
    if len(_remembered) > _REMEMBERED:
        _remembered.popitem(last=False)
