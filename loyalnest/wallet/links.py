"""The links by which a card gets into a wallet: they name it, and nobody can read or make one.

A token is the merchant and the card, sealed with a key of the installation's own (AES-SIV, RFC
5297). Whoever has the link has the card, as with the page it stands on.
"""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from loyalnest.kernel.crypto import KeyRing
from loyalnest.wallet.errors import PassNotFound

APPLE, GOOGLE = "/wallet/apple/", "/wallet/google/"
SUFFIX = ".pkpass"
_PURPOSE = "wallet links"
_BYTES, _TOKEN_AT_MOST = 32, 100


@dataclass(frozen=True, slots=True)
class Named:
    """The card that a token names."""

    merchant_id: UUID
    card_id: UUID


class Tokens:
    """Makes and reads tokens with one installation's key."""

    def __init__(self, ring: KeyRing):
        self._cipher = AESSIV(ring.derive(_PURPOSE))

    def make(self, named: Named) -> str:
        """The token of a card: 64 letters, the same each time."""
        plain = named.merchant_id.bytes + named.card_id.bytes
        return base64.urlsafe_b64encode(self._cipher.encrypt(plain, None)).decode()

    def read(self, token: str) -> Named:
        """The card that a token was made for. Raises PassNotFound."""
        if len(token) > _TOKEN_AT_MOST or not token.isascii():
            raise PassNotFound
        try:
            sealed = base64.b64decode(token, altchars=b"-_", validate=True)
            plain = self._cipher.decrypt(sealed, None)
        except (binascii.Error, InvalidTag, ValueError):
            raise PassNotFound from None
        if len(plain) != _BYTES:
            raise PassNotFound
        return Named(UUID(bytes=plain[:16]), UUID(bytes=plain[16:]))
