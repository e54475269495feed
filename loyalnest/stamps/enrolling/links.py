"""The address of a card's page: it names the card, and nobody can make one up.

A token names its merchant, so that it needs no directory, and holds the rest under the merchant's
own secret (AES-SIV, RFC 5297), which never changes: a page on a home screen opens next year
as well. When it was made stands in it, so that a newer one can end all before it.
"""

import base64
import binascii
import hmac
from datetime import UTC, datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from loyalnest.stamps.enrolling.errors import CardLinkOver
from loyalnest.stamps.enrolling.values import Link
from loyalnest.stamps.values import CardId

PATH = "/card/"
_BYTES, _TOKEN_AT_MOST = 55, 100


def write_link(secret: bytes, link: Link) -> str:
    """The token of a link: 74 letters."""
    inside = b"".join(
        (
            link.card_id.bytes,
            bytes([link.proven]),
            int(link.made_at.timestamp() * 1000).to_bytes(6),
        )
    )
    merchant = link.merchant_id.bytes
    sealed = _cipher(secret).encrypt(inside, [merchant])
    return base64.urlsafe_b64encode(merchant + sealed).decode().rstrip("=")


def merchant_in(token: str) -> UUID:
    """Whose card it says it opens. Raises CardLinkOver."""
    return UUID(bytes=_bytes(token)[:16])


def read_link(secret: bytes, token: str) -> Link:
    """What a token of the merchant says whose secret this is. Raises CardLinkOver."""
    raw = _bytes(token)
    try:
        inside = _cipher(secret).decrypt(raw[16:], [raw[:16]])
    except InvalidTag:
        raise CardLinkOver from None
    return Link(
        merchant_id=UUID(bytes=raw[:16]),
        card_id=CardId(UUID(bytes=inside[:16])),
        proven=bool(inside[16]),
        made_at=datetime.fromtimestamp(int.from_bytes(inside[17:]) / 1000, UTC),
    )


def _bytes(token: str) -> bytes:
    if len(token) > _TOKEN_AT_MOST or not token.isascii():
        raise CardLinkOver
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise CardLinkOver from None
    if len(raw) != _BYTES:
        raise CardLinkOver
    return raw


def _cipher(secret: bytes) -> AESSIV:
    return AESSIV(hmac.digest(secret, b"card links", "sha256"))
