"""A merchant's secret for the codes of its cards.

It never changes: cards of paper and passes in wallets carry what was made with it. It is sealed
under the installation's keys like everything else.
"""

import secrets
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.kernel.keys import Sealed

_SEALED_AS = "card_secrets.secret"
_BYTES = 32
_REMEMBERED = 10_000
_IN_SESSION = "stamps.secrets"

_FIND = text("""
SELECT merchant_id, secret_sealed FROM card_secrets WHERE merchant_id = ANY (:merchant_ids)
""")
_MAKE = text("""
INSERT INTO card_secrets (merchant_id, secret_sealed)
SELECT * FROM unnest(cast(:merchant_ids AS uuid[]), cast(:sealed AS bytea[]))
ON CONFLICT (merchant_id) DO NOTHING
RETURNING merchant_id
""")

SEALED = Sealed("card_secrets", "secret_sealed", _SEALED_AS)

_remembered: OrderedDict[UUID, bytes] = OrderedDict()


async def secret_of(session: AsyncSession) -> bytes:
    """The secret of the session's merchant, made when it is asked for first."""
    merchant_id = merchant_of(session)
    return (await secrets_of(session, [merchant_id]))[merchant_id]


async def secrets_of(session: AsyncSession, merchant_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """The same of many merchants.

    The process remembers them once they are sure to stay: one that this transaction has made goes
    with it, should it be rolled back.
    """
    own: dict[UUID, bytes] = session.info.setdefault(_IN_SESSION, {})
    wanted = set(merchant_ids)
    known = {it: found for it in wanted if (found := _remembered.get(it) or own.get(it))}
    if unknown := sorted(wanted - known.keys()):
        found = await _find(session, unknown)
        _remember(found)
        known |= found
    if missing := sorted(wanted - known.keys()):
        made = await _make(session, missing)
        own |= made
        known |= made
    return known


async def _find(session: AsyncSession, merchant_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    ring = ring_of(session)
    rows = await session.execute(_FIND, {"merchant_ids": list(merchant_ids)})
    return {row[0]: ring.open(row[0], _SEALED_AS, bytes(row[1])) for row in rows}


async def _make(session: AsyncSession, merchant_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Secrets for those who have none; of whom somebody else was quicker with, theirs."""
    ring = ring_of(session)
    fresh = {it: secrets.token_bytes(_BYTES) for it in merchant_ids}
    sealed = [ring.seal(it, _SEALED_AS, secret) for it, secret in fresh.items()]
    asked = {"merchant_ids": list(fresh), "sealed": sealed}
    made = set(await session.scalars(_MAKE, asked))
    others = await _find(session, [it for it in merchant_ids if it not in made])
    return fresh | others


def _remember(found: Mapping[UUID, bytes]) -> None:
    _remembered.update(found)
    while len(_remembered) > _REMEMBERED:
        _remembered.popitem(last=False)
