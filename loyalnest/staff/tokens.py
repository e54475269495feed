"""Tokens: what they are made of, and how they are checked. No database here."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from loyalnest.kernel.crypto import KeyRing
from loyalnest.staff import rules
from loyalnest.staff.errors import CredentialsInvalid, LinkUsed, PassInvalid, SessionEnded
from loyalnest.staff.values import AccessClaims, CustomerClaims, Voucher, Vouching

_ISSUER = "loyalnest"
_ACCESS = "access token"
_CUSTOMER = "customer session"
_NO_IDS = {"iss", "iat", "exp"}
_ID_BYTES = 16


def make_access_token(
    ring: KeyRing, claims: AccessClaims, *, now: datetime, lifetime: timedelta
) -> str:
    """A JWT (HS256) for somebody who signed in."""
    named = {"sub": claims.staff_id, "mer": claims.merchant_id, "fam": claims.family_id}
    return _signed(ring, _ACCESS, named, now=now, expires_at=now + lifetime)


def read_access_token(ring: KeyRing, token: str, *, now: datetime) -> AccessClaims:
    """What a token says. Raises CredentialsInvalid."""
    try:
        named = _opened(ring, _ACCESS, token, ("sub", "mer", "fam"), now=now)
    except _Expired:
        raise CredentialsInvalid("This access token has expired; refresh it.") from None
    return AccessClaims(merchant_id=named["mer"], staff_id=named["sub"], family_id=named["fam"])


def make_customer_token(
    ring: KeyRing, claims: CustomerClaims, *, now: datetime, expires_at: datetime
) -> str:
    """A token for one customer: a JWT under a key of its own, so that neither passes for the other.

    It begins with `lnc_`.
    """
    voucher = claims.voucher
    named = {"sub": claims.customer_id, "mer": claims.merchant_id, voucher.kind: voucher.id}
    return rules.CUSTOMER_PREFIX + _signed(ring, _CUSTOMER, named, now=now, expires_at=expires_at)


def read_customer_token(ring: KeyRing, token: str, *, now: datetime) -> CustomerClaims:
    """What a customer's token says. Raises CredentialsInvalid."""
    bare = token.removeprefix(rules.CUSTOMER_PREFIX)
    try:
        named = _opened(ring, _CUSTOMER, bare, ("sub", "mer"), now=now)
    except _Expired:
        raise CredentialsInvalid("This customer's session has expired; ask for another.") from None
    by = next((kind for kind in Vouching if kind in named), None)
    if by is None:
        raise CredentialsInvalid
    return CustomerClaims(named["mer"], named["sub"], Voucher(by, named[by]))


def make_refresh_token(merchant_id: UUID, token_id: UUID, secret: str) -> str:
    """A refresh token names its merchant and its row, so that it needs no directory."""
    return _naming(rules.REFRESH_PREFIX, merchant_id, token_id, secret)


def read_refresh_token(token: str) -> tuple[UUID, UUID, str]:
    """Merchant, row and secret. Raises SessionEnded."""
    named = _named_in(rules.REFRESH_PREFIX, token)
    if named is None:
        raise SessionEnded
    return named


def make_pass(merchant_id: UUID, pass_id: UUID, secret: str) -> str:
    """What a link carries; it names its merchant and its row, too."""
    return _naming(rules.LINK_PREFIX, merchant_id, pass_id, secret)


def read_pass(token: str) -> tuple[UUID, UUID, str]:
    """Merchant, row and secret. Raises PassInvalid."""
    named = _named_in(rules.LINK_PREFIX, token)
    if named is None:
        raise PassInvalid
    return named


def make_link_token(merchant_id: UUID, staff_id: UUID, secret: str) -> str:
    """What a link carries: it names whom it is for, so that it needs no directory."""
    return _naming(rules.INVITATION_PREFIX, merchant_id, staff_id, secret)


def read_link_token(token: str) -> tuple[UUID, UUID, str]:
    """Merchant, member of staff and secret. Raises LinkUsed."""
    named = _named_in(rules.INVITATION_PREFIX, token)
    if named is None:
        raise LinkUsed
    return named


def _naming(prefix: str, merchant_id: UUID, row_id: UUID, secret: str) -> str:
    named = base64.urlsafe_b64encode(merchant_id.bytes + row_id.bytes).rstrip(b"=").decode()
    return f"{prefix}{named}.{secret}"


def _named_in(prefix: str, token: str) -> tuple[UUID, UUID, str] | None:
    named, _, secret = token.removeprefix(prefix).partition(".")
    try:
        ids = base64.b64decode(named + "=" * (-len(named) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    if len(ids) != 2 * _ID_BYTES or not secret or not token.startswith(prefix):
        return None
    return UUID(bytes=ids[:_ID_BYTES]), UUID(bytes=ids[_ID_BYTES:]), secret


class _Expired(Exception):
    """The signature is right and the time is over."""


def _signed(
    ring: KeyRing, purpose: str, named: Mapping[str, UUID], *, now: datetime, expires_at: datetime
) -> str:
    payload = {
        "iss": _ISSUER,
        **{claim: id_.hex for claim, id_ in named.items()},
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
    }
    key = ring.derive(purpose)
    return jwt.encode(payload, key, algorithm="HS256", headers={"kid": _key_id(key)})


def _opened(
    ring: KeyRing, purpose: str, token: str, names: Sequence[str], *, now: datetime
) -> dict[str, UUID]:
    """Raises CredentialsInvalid, _Expired."""
    key = ring.derive(purpose)
    try:
        if jwt.get_unverified_header(token).get("kid") != _key_id(key):
            raise CredentialsInvalid
        payload: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            issuer=_ISSUER,
            # The time is compared below, with the request's own instant.
            options={
                "require": ["exp", "iat", "iss", *names],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
        expires_at = datetime.fromtimestamp(payload["exp"], UTC)
        named = {name: UUID(hex=id_) for name, id_ in payload.items() if name not in _NO_IDS}
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
        raise CredentialsInvalid from None
    if expires_at <= now:
        raise _Expired
    return named


def _key_id(key: bytes) -> str:
    return rules.secret_hash(key)[:6].hex()
