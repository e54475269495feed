"""What the links in our messages carry: sealed, so that they tell nothing and can't be guessed.

A letter names its merchant, so that it needs no directory, and holds the rest under a key of that
merchant's. A link to leave works for ever; what else it opens ends after half a year, and what
confirms a consent ends after a week.
"""

import base64
import binascii
import hmac
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from loyalnest.consents.errors import LetterUnreadable
from loyalnest.consents.values import Channel

OPENS_FOR = timedelta(days=180)
CONFIRMS_FOR = timedelta(days=7)

_NONCE = 12
_CHANNELS = list(Channel)  # only ever added to, at the end
_BYTES = 16 + _NONCE + 1 + 16 + 1 + 5 + 16
_TEXT_AT_MOST = 120


class Kind(IntEnum):
    """What a letter is for."""

    LEAVE = 1
    """To end outreach on a channel, and to say how one wants to be written to. `id` is the
    customer's, or the addressee's."""
    CONFIRM = 2
    """To confirm a consent, or an address that was left. `id` is the consent's or the address's."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a link says once it is opened."""

    merchant_id: UUID
    kind: Kind
    id: UUID
    channel: Channel
    written_at: datetime

    def is_good(self, now: datetime) -> bool:
        """Whether it still opens more than the way out."""
        return now - self.written_at < (CONFIRMS_FOR if self.kind is Kind.CONFIRM else OPENS_FOR)


def write(secret: bytes, letter: Letter) -> str:
    """A letter as a link carries it."""
    nonce = os.urandom(_NONCE)
    inside = b"".join(
        (
            bytes([letter.kind]),
            letter.id.bytes,
            bytes([_CHANNELS.index(letter.channel)]),
            int(letter.written_at.timestamp()).to_bytes(5),
        )
    )
    merchant = letter.merchant_id.bytes
    sealed = AESGCM(_key(secret)).encrypt(nonce, inside, merchant)
    return base64.urlsafe_b64encode(merchant + nonce + sealed).rstrip(b"=").decode()


def merchant_of(token: str) -> UUID:
    """Whose letter it says it is. Raises LetterUnreadable."""
    return UUID(bytes=_bytes(token)[:16])


def read(secret: bytes, token: str) -> Letter:
    """Open a letter of the merchant whose secret this is. Raises LetterUnreadable."""
    raw = _bytes(token)
    merchant, nonce, sealed = raw[:16], raw[16 : 16 + _NONCE], raw[16 + _NONCE :]
    try:
        inside = AESGCM(_key(secret)).decrypt(nonce, sealed, merchant)
    except InvalidTag:
        raise LetterUnreadable from None
    return Letter(
        merchant_id=UUID(bytes=merchant),
        kind=Kind(inside[0]),
        id=UUID(bytes=inside[1:17]),
        channel=_CHANNELS[inside[17]],
        written_at=datetime.fromtimestamp(int.from_bytes(inside[18:]), UTC),
    )


def _bytes(token: str) -> bytes:
    if len(token) > _TEXT_AT_MOST or not token.isascii():
        raise LetterUnreadable
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise LetterUnreadable from None
    if len(raw) != _BYTES:
        raise LetterUnreadable
    return raw


def _key(secret: bytes) -> bytes:
    return hmac.digest(secret, b"letters", "sha256")
