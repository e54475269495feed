"""A merchant's secret for the codes of its cards.

It never changes: cards of paper and passes in wallets carry what was made with it.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.keys import Secrets

_SECRETS = Secrets("card_secrets")
SEALED = _SECRETS.sealed


async def secret_of(session: AsyncSession) -> bytes:
    """The secret of the session's merchant, made when it is asked for first."""
    merchant_id = merchant_of(session)
    return (await secrets_of(session, [merchant_id]))[merchant_id]


async def secrets_of(session: AsyncSession, merchant_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """The same of many merchants."""
    return await _SECRETS.of(session, merchant_ids)
