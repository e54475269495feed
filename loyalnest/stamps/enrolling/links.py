"""The address of a card's page: it names the card, and nobody can make one up.

A token is sealed with a key of the installation's own (AES-SIV, RFC 5297). When it was made stands
in it, so that a newer one can end all before it.
"""

import base64
import binascii
from datetime import UTC, datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from loyalnest.kernel.crypto import KeyRing
from loyalnest.stamps.enrolling.errors import CardLinkOver
from loyalnest.stamps.enrolling.values import Link
from loyalnest.stamps.values import CardId

PATH = "/card/"
_PURPOSE = "card links"
_BYTES, _TOKEN_AT_MOST = 39, 100


def write_link(ring: KeyRing, link: Link) -> str:
    """The token of a link: 74 letters."""
    plain = b"".join(
        (
            link.merchant_id.bytes,
            link.card_id.bytes,
            bytes([link.proven]),
            int(link.made_at.timestamp() * 1000).to_bytes(6),
        )
    )
    return base64.urlsafe_b64encode(_cipher(ring).encrypt(plain, None)).decode().rstrip("=")


def read_link(ring: KeyRing, token: str) -> Link:
    """What a token says. Raises CardLinkOver."""
    if len(token) > _TOKEN_AT_MOST or not token.isascii():
        raise CardLinkOver
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        plain = _cipher(ring).decrypt(sealed, None)
    except (binascii.Error, InvalidTag, ValueError):
        raise CardLinkOver from None
    if len(plain) != _BYTES:
        raise CardLinkOver
    return Link(
        merchant_id=UUID(bytes=plain[:16]),
        card_id=CardId(UUID(bytes=plain[16:32])),
        proven=bool(plain[32]),
        made_at=datetime.fromtimestamp(int.from_bytes(plain[33:]) / 1000, UTC),
    )


def _cipher(ring: KeyRing) -> AESSIV:
    return AESSIV(ring.derive(_PURPOSE))
