"""Who asks: a device, by the token it was given when it was paired.

The token names its merchant and its row, so that it needs no directory.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import act_for
from loyalnest.kernel.http import Caller, CallerKind
from loyalnest.kernel.ids import to_wire
from loyalnest.stamps.counter.errors import StamperRevoked
from loyalnest.stamps.counter.values import STAMPER

BEARER_PREFIX = "lns_"
_ID_BYTES = 16
_FIND = text("""
SELECT token_hash, revoked_at FROM stampers WHERE merchant_id = :merchant_id AND id = :id
""")


class StamperScope(StrEnum):
    """What a device may do. No key and no role has one of these."""

    STAMP = "counter:write"
    CUT_OFF = "counter:cut-off"
    """It was: what it still brings is kept for the owner, and that is all."""


def new_secret() -> str:
    """A secret of 256 bits."""
    return secrets.token_urlsafe(32)


def token_of(merchant_id: UUID, stamper_id: UUID, secret: str) -> str:
    """What a device sends with every request."""
    named = base64.urlsafe_b64encode(merchant_id.bytes + stamper_id.bytes).rstrip(b"=").decode()
    return f"{BEARER_PREFIX}{named}.{secret}"


def hash_of(secret: str) -> bytes:
    """How a secret that was made up is kept."""
    return hashlib.sha256(secret.encode()).digest()


async def authenticate(session: AsyncSession, token: str) -> Caller:
    """Which device has this token. For a session for nobody. Raises StamperRevoked."""
    merchant_id, stamper_id, secret = _named_in(token)
    await act_for(session, [merchant_id])
    asked = {"merchant_id": merchant_id, "id": stamper_id}
    row = (await session.execute(_FIND, asked)).one_or_none()
    if row is None or row.token_hash is None:
        raise StamperRevoked
    if not hmac.compare_digest(bytes(row.token_hash), hash_of(secret)):
        raise StamperRevoked
    scope = StamperScope.STAMP if row.revoked_at is None else StamperScope.CUT_OFF
    return Caller(
        merchant_id=merchant_id,
        actor=f"stamper:{to_wire(STAMPER, stamper_id)}",
        scopes=frozenset({scope}),
        kind=CallerKind.STAMPER,
        subject_id=stamper_id,
    )


def _named_in(token: str) -> tuple[UUID, UUID, str]:
    named, _, secret = token.removeprefix(BEARER_PREFIX).partition(".")
    try:
        ids = base64.b64decode(named + "=" * (-len(named) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise StamperRevoked from None
    if len(ids) != 2 * _ID_BYTES or not secret:
        raise StamperRevoked
    return UUID(bytes=ids[:_ID_BYTES]), UUID(bytes=ids[_ID_BYTES:]), secret
