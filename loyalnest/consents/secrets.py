"""A merchant's secret: what makes letters that only we can write, and hashes that outlast keys.

It never changes: a link in a mail of last year still unsubscribes, and an address of somebody who
was forgotten, of which a hash is all there is, is still known when the installation's keys are not
those of then.
"""

import hmac
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.consents.values import Channel
from loyalnest.kernel.keys import Secrets

_SECRETS = Secrets("consent_secrets")
SEALED = _SECRETS.sealed


async def secret_of(session: AsyncSession, merchant_id: UUID) -> bytes:
    """A merchant's secret, made when it is asked for first."""
    return (await _SECRETS.of(session, [merchant_id]))[merchant_id]


async def find_secret(session: AsyncSession, merchant_id: UUID) -> bytes | None:
    """A merchant's secret, if it has one: whoever reads what others bring makes none."""
    return (await _SECRETS.find(session, [merchant_id])).get(merchant_id)


def hash_of(secret: bytes, channel: Channel, scope: str, address: str) -> bytes:
    """What an address in its normal form is known by; nobody without the secret can tell it."""
    said = f"address\0{channel}\0{scope}\0{address}"
    return hmac.digest(secret, said.encode(), "sha256")[:16]
