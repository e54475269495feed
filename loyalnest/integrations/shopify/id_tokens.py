"""ID tokens: what Shopify's admin signs to say which user of which shop looks at our dashboard.

Each lives for about a minute and goes with one request after another. It says who somebody is to
Shopify; who that is here is known to `staff` alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from loyalnest.integrations.shopify.errors import IdTokenExpired, IdTokenInvalid

_LEEWAY = timedelta(seconds=10)
_LONGEST = 4096
_DEST = re.compile(r"https://([a-z0-9][a-z0-9-]{0,62}\.myshopify\.com)")
_ISSUER = re.compile(_DEST.pattern + r"/admin")
_USER = re.compile(r"[0-9]{1,20}")
_CLAIMS = ("iss", "dest", "aud", "sub", "exp", "nbf")


@dataclass(frozen=True, slots=True)
class App:
    """What Shopify knows this installation by."""

    client_id: str
    secrets: Sequence[str]
    """The one in use and, while it is being replaced, the former."""


@dataclass(frozen=True, slots=True)
class ShopUser:
    """Somebody in a shop's admin."""

    shop: str
    user: str


def looks_like_one(bearer: str) -> bool:
    """Whether a bearer says of itself that Shopify made it, which is not yet believed."""
    if len(bearer) > _LONGEST or bearer.count(".") != 2:
        return False
    try:
        claims: dict[str, Any] = jwt.decode(bearer, options={"verify_signature": False})
    except jwt.PyJWTError:
        return False
    return "dest" in claims


def read_id_token(token: str, app: App, *, now: datetime) -> ShopUser:
    """Who asks, once the token is known to be Shopify's, for this app and for now.

    Raises IdTokenInvalid, IdTokenExpired.
    """
    if len(token) > _LONGEST:
        raise IdTokenInvalid
    claims = _signed_claims(token, app)
    shop = _DEST.fullmatch(str(claims["dest"]))
    issuer = _ISSUER.fullmatch(str(claims["iss"]))
    if not shop or not issuer or shop[1] != issuer[1] or claims["aud"] != app.client_id:
        raise IdTokenInvalid
    if not _USER.fullmatch(str(claims["sub"])):
        raise IdTokenInvalid
    if not _instant(claims["nbf"]) - _LEEWAY <= now < _instant(claims["exp"]) + _LEEWAY:
        raise IdTokenExpired
    return ShopUser(shop[1], claims["sub"])


def _signed_claims(token: str, app: App) -> dict[str, Any]:
    for secret in app.secrets:
        try:
            return jwt.decode(
                token,
                secret,
                algorithms=["HS256"],
                audience=app.client_id,
                # The times are compared with the request's own instant.
                options={
                    "require": list(_CLAIMS),
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidSignatureError:
            continue
        except (jwt.PyJWTError, ValueError, TypeError):
            break
    raise IdTokenInvalid


def _instant(claim: object) -> datetime:
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        raise IdTokenInvalid
    try:
        return datetime.fromtimestamp(claim, UTC)
    except (ValueError, OverflowError, OSError):
        raise IdTokenInvalid from None
