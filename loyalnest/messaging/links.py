"""Links that tell nothing: where one leads is kept with its message, the link only names it.

A token is the message's name and the link's number, sealed with a key of the installation's own
(AES-SIV, RFC 5297): nobody can read it, make one, or turn one into another.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from loyalnest.kernel.crypto import KeyRing
from loyalnest.messaging.errors import LinkUnknown
from loyalnest.messaging.values import MessageId

PATH = "/m/"
LINKS_AT_MOST = 100
_PURPOSE = "message links"
_BYTES, _TOKEN_AT_MOST = 33, 100
_WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """The link that a token names."""

    merchant_id: UUID
    message_id: MessageId
    number: int


class Tokens:
    """Makes and reads tokens with one installation's key."""

    def __init__(self, ring: KeyRing):
        self._cipher = AESSIV(ring.derive(_PURPOSE))

    def make(self, link: Named) -> str:
        """The token of a link: 66 letters, the same each time."""
        plain = link.merchant_id.bytes + link.message_id.bytes + bytes([link.number])
        return base64.urlsafe_b64encode(self._cipher.encrypt(plain, None)).decode().rstrip("=")

    def read(self, token: str) -> Named:
        """The link that a token was made for. Raises LinkUnknown."""
        if len(token) > _TOKEN_AT_MOST or not token.isascii():
            raise LinkUnknown
        try:
            sealed = base64.b64decode(
                token + "=" * (-len(token) % 4), altchars=b"-_", validate=True
            )
            plain = self._cipher.decrypt(sealed, None)
        except (binascii.Error, InvalidTag, ValueError):
            raise LinkUnknown from None
        if len(plain) != _BYTES:
            raise LinkUnknown
        link = Named(UUID(bytes=plain[:16]), UUID(bytes=plain[16:32]), plain[32])
        if self.make(link) != token.rstrip("="):  # base64 has several ways to write its last bits
            raise LinkUnknown
        return link


@dataclass(slots=True)
class Tracked:
    """The links of one message: what stands in it, and where each leads."""

    merchant_id: UUID
    message_id: MessageId
    tokens: Tokens
    address: str
    targets: list[str] = field(default_factory=list[str])

    def follow(self, target: str) -> str:
        """What stands in the message instead of an address; what is no web page stays."""
        if not _WEB.match(target) or target.startswith(self.address + PATH):
            return target
        if target not in self.targets:
            if len(self.targets) >= LINKS_AT_MOST:
                return target
            self.targets.append(target)
        link = Named(self.merchant_id, self.message_id, self.targets.index(target))
        return f"{self.address}{PATH}{self.tokens.make(link)}"


def target_of(targets: Sequence[str], number: int) -> str:
    """Where a message's link leads: only ever to where the message said. Raises LinkUnknown."""
    if number >= len(targets) or not _WEB.match(targets[number]):
        raise LinkUnknown
    return targets[number]
