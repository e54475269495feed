"""A merchant's secret for the codes of its cards.

It never changes: cards of paper and passes in wallets carry what was made with it. It is sealed
under the installation's keys like everything else.
"""

import secrets
from collections import OrderedDict
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.kernel.keys import Sealed

_SEALED_AS = "card_secrets.secret"
_BYTES = 32
_REMEMBERED = 10_000
_IN_SESSION = "stamps.secrets"

_FIND = text("SELECT secret_sealed FROM card_secrets WHERE merchant_id = :merchant_id")
_MAKE = text("""
INSERT INTO card_secrets (merchant_id, secret_sealed)
VALUES (:merchant_id, :sealed)
ON CONFLICT (merchant_id) DO NOTHING
RETURNING true
""")

SEALED = Sealed("card_secrets", "secret_sealed", _SEALED_AS)

_remembered: OrderedDict[UUID, bytes] = OrderedDict()


async def secret_of(session: AsyncSession) -> bytes:
    """The secret of the session's merchant, made when it is asked for first.

    The process remembers it once it is sure to stay: one that this transaction has made goes with
    it, should it be rolled back.
    """
    merchant_id = merchant_of(session)
    known = _remembered.get(merchant_id)
    if known is not None:
        return known
    own: dict[UUID, bytes] = session.info.setdefault(_IN_SESSION, {})
    if merchant_id in own:
        return own[merchant_id]
    found = await _find(session, merchant_id)
    if found is not None:
        _remember(merchant_id, found)
        return found
    fresh = secrets.token_bytes(_BYTES)
    sealed = ring_of(session).seal(merchant_id, _SEALED_AS, fresh)
    if not await session.scalar(_MAKE, {"merchant_id": merchant_id, "sealed": sealed}):
        found = await _find(session, merchant_id)  # somebody else was quicker, and has committed
        assert found is not None
        fresh = found
    own[merchant_id] = fresh
    return fresh


async def _find(session: AsyncSession, merchant_id: UUID) -> bytes | None:
    sealed = await session.scalar(_FIND, {"merchant_id": merchant_id})
    return None if sealed is None else ring_of(session).open(merchant_id, _SEALED_AS, bytes(sealed))


def _remember(merchant_id: UUID, secret: bytes) -> None:
    _remembered[merchant_id] = secret
    if len(_remembered) > _REMEMBERED:
        _remembered.popitem(last=False)
