"""Tokens: what they are made of, and how they are checked. No database here."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from loyalnest.kernel.crypto import KeyRing
from loyalnest.staff import rules
from loyalnest.staff.errors import CredentialsInvalid, SessionEnded
from loyalnest.staff.values import AccessClaims

_ISSUER = "loyalnest"
_PURPOSE = "access token"
_CLAIMS = ["exp", "iat", "iss", "sub", "mer", "fam"]
_ID_BYTES = 16


def make_access_token(
    ring: KeyRing, claims: AccessClaims, *, now: datetime, lifetime: timedelta
) -> str:
    """A JWT (HS256) for somebody who signed in."""
    payload = {
        "iss": _ISSUER,
        "sub": claims.staff_id.hex,
        "mer": claims.merchant_id.hex,
        "fam": claims.family_id.hex,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    key = ring.derive(_PURPOSE)
    return jwt.encode(payload, key, algorithm="HS256", headers={"kid": _key_id(key)})


def read_access_token(ring: KeyRing, token: str, *, now: datetime) -> AccessClaims:
    """What a token says. Raises CredentialsInvalid."""
    key = ring.derive(_PURPOSE)
    try:
        if jwt.get_unverified_header(token).get("kid") != _key_id(key):
            raise CredentialsInvalid
        payload: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            issuer=_ISSUER,
            # The time is compared below, with the request's own instant.
            options={"require": _CLAIMS, "verify_exp": False, "verify_iat": False},
        )
        expires_at = datetime.fromtimestamp(payload["exp"], UTC)
        claims = AccessClaims(
            merchant_id=UUID(hex=payload["mer"]),
            staff_id=UUID(hex=payload["sub"]),
            family_id=UUID(hex=payload["fam"]),
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
        raise CredentialsInvalid from None
    if expires_at <= now:
        raise CredentialsInvalid("This access token has expired; refresh it.")
    return claims


def make_refresh_token(merchant_id: UUID, token_id: UUID, secret: str) -> str:
    """A refresh token names its merchant and its row, so that it needs no directory."""
    named = base64.urlsafe_b64encode(merchant_id.bytes + token_id.bytes).rstrip(b"=").decode()
    return f"{rules.REFRESH_PREFIX}{named}.{secret}"


def read_refresh_token(token: str) -> tuple[UUID, UUID, str]:
    """Merchant, row and secret. Raises SessionEnded."""
    named, _, secret = token.removeprefix(rules.REFRESH_PREFIX).partition(".")
    try:
        ids = base64.b64decode(named + "=" * (-len(named) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise SessionEnded from None
    if len(ids) != 2 * _ID_BYTES or not secret or not token.startswith(rules.REFRESH_PREFIX):
        raise SessionEnded
    return UUID(bytes=ids[:_ID_BYTES]), UUID(bytes=ids[_ID_BYTES:]), secret


def _key_id(key: bytes) -> str:
    return rules.secret_hash(key)[:6].hex()
