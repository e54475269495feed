"""Personal data at rest: sealed with AES-256-GCM, found again by keyed blind indexes.

A *data key* seals values; an *index key* turns an e-mail or a phone into a hash that can be looked
up. Both live outside the database, in a file of mode 0600 or in a setting; the database remembers
only their fingerprints. Every sealed value and every hash names the key that made it, so several
keys can be valid while one is being replaced.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from loyalnest.kernel.errors import DomainError

_FORMAT = 1
_NONCE_BYTES = 12
_KEY_BYTES = 32


class UnreadableSecret(DomainError):
    """A sealed value could not be opened: its key is not at hand or it was tampered with."""


class KeyFileInvalid(DomainError):
    """The key file can't be read; restore it from your backup."""


@dataclass(frozen=True, slots=True)
class BlindHash:
    """A value's hash under one index key."""

    key_id: int
    hash: bytes


@dataclass(frozen=True)
class KeyRing:
    """Every key this installation knows, and which of each purpose makes new values.

    That is the highest, unless another is named: while a new key is being handed out, everybody
    must be able to read what it made before anybody makes something with it.
    """

    data: Mapping[int, bytes]
    index: Mapping[int, bytes]
    making_data: int | None = None
    making_index: int | None = None
    _ciphers: dict[int, AESGCM] = field(default_factory=dict[int, AESGCM], compare=False)

    def seal(self, merchant_id: UUID, name: str, plain: bytes) -> bytes:
        """Encrypt a value for one merchant and one field, and no other.

        The layout is format (1 byte), key id (2 bytes), nonce (12 bytes), ciphertext with tag.
        """
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher(self.current_data).encrypt(nonce, plain, _bound_to(merchant_id, name))
        return self._header + nonce + sealed

    def open(self, merchant_id: UUID, name: str, sealed: bytes) -> bytes:
        """Decrypt what `seal` made. Raises UnreadableSecret."""
        key_id = int.from_bytes(sealed[1:3])
        if sealed[:1] != bytes([_FORMAT]) or key_id not in self.data:
            raise UnreadableSecret
        nonce, rest = sealed[3 : 3 + _NONCE_BYTES], sealed[3 + _NONCE_BYTES :]
        try:
            return self._cipher(key_id).decrypt(nonce, rest, _bound_to(merchant_id, name))
        except InvalidTag:
            raise UnreadableSecret from None

    def seal_text(self, merchant_id: UUID, name: str, text: str | None) -> bytes | None:
        """Seal a text; nothing stays nothing."""
        return None if text is None else self.seal(merchant_id, name, text.encode())

    def open_text(self, merchant_id: UUID, name: str, sealed: bytes | None) -> str | None:
        """Open a text; nothing stays nothing. Raises UnreadableSecret."""
        return None if sealed is None else self.open(merchant_id, name, bytes(sealed)).decode()

    def blind(self, merchant_id: UUID | None, kind: str, value: str) -> BlindHash:
        """The hash under which a value is stored: HMAC-SHA256 with the current index key.

        Bound to the merchant, so that equal values of two merchants have nothing in common;
        without one for the installation's own directory.
        """
        key_id = self.current_index
        return BlindHash(key_id, _blind(self.index[key_id], merchant_id, kind, value))

    def blind_all(self, merchant_id: UUID | None, kind: str, value: str) -> list[bytes]:
        """The hashes under which a value may be found, newest key first."""
        return [
            _blind(self.index[key_id], merchant_id, kind, value)
            for key_id in sorted(self.index, reverse=True)
        ]

    def fingerprints(self) -> dict[tuple[str, int], bytes]:
        """What the database remembers of each key, by purpose and id."""
        rings = {"data": self.data, "index": self.index}
        return {
            (purpose, key_id): hashlib.sha256(b"loyalnest key\0" + key).digest()[:16]
            for purpose, ring in rings.items()
            for key_id, key in ring.items()
        }

    def derive(self, purpose: str) -> bytes:
        """A secret of 32 bytes for another use (signing tokens), from the oldest data key."""
        oldest = self.data[min(self.data)]
        return hmac.digest(oldest, b"loyalnest derive\0" + purpose.encode(), "sha256")

    @cached_property
    def current_data(self) -> int:
        return self.making_data or max(self.data)

    @cached_property
    def current_index(self) -> int:
        return self.making_index or max(self.index)

    @cached_property
    def _header(self) -> bytes:
        return bytes([_FORMAT]) + self.current_data.to_bytes(2)

    def _cipher(self, key_id: int) -> AESGCM:
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            cipher = self._ciphers[key_id] = AESGCM(self.data[key_id])
        return cipher


def new_ring() -> KeyRing:
    """A ring with one fresh key of each purpose."""
    return KeyRing(data={1: os.urandom(_KEY_BYTES)}, index={1: os.urandom(_KEY_BYTES)})


def with_coming_keys(ring: KeyRing) -> KeyRing:
    """The same ring with one more key of each purpose, known but not yet used for what is new."""
    return KeyRing(
        data={**ring.data, max(ring.data) + 1: os.urandom(_KEY_BYTES)},
        index={**ring.index, max(ring.index) + 1: os.urandom(_KEY_BYTES)},
        making_data=ring.current_data,
        making_index=ring.current_index,
    )


def with_newest_in_use(ring: KeyRing) -> KeyRing:
    """The same keys; from now on the newest make what is new."""
    return KeyRing(data=ring.data, index=ring.index)


def with_newest_alone(ring: KeyRing) -> KeyRing:
    """The newest key of each purpose and no other."""
    data, index = max(ring.data), max(ring.index)
    return KeyRing(data={data: ring.data[data]}, index={index: ring.index[index]})


def parse_ring(text: str) -> KeyRing:
    """Read a ring from its JSON form. Raises KeyFileInvalid."""
    try:
        raw: dict[str, dict[str, Any]] = json.loads(text)
        rings = {
            purpose: {int(key_id): bytes.fromhex(key) for key_id, key in raw[purpose].items()}
            for purpose in ("data", "index")
        }
        making = {purpose: int(key_id) for purpose, key_id in raw.get("making", {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyFileInvalid from None
    keys = [key for ring in rings.values() for key in ring.values()]
    if not rings["data"] or not rings["index"] or any(len(key) != _KEY_BYTES for key in keys):
        raise KeyFileInvalid
    if any(key_id not in rings.get(purpose, {}) for purpose, key_id in making.items()):
        raise KeyFileInvalid
    return KeyRing(
        data=rings["data"],
        index=rings["index"],
        making_data=making.get("data"),
        making_index=making.get("index"),
    )


def dump_ring(ring: KeyRing) -> str:
    """A ring in the JSON form that `parse_ring` reads."""
    text: dict[str, dict[str, str | int]] = {
        "data": {str(key_id): key.hex() for key_id, key in ring.data.items()},
        "index": {str(key_id): key.hex() for key_id, key in ring.index.items()},
    }
    if ring.making_data and ring.making_index:
        text["making"] = {"data": ring.making_data, "index": ring.making_index}
    return json.dumps(text, indent=2)


def save_ring(ring: KeyRing, path: Path) -> None:
    """Write the key file with mode 0600, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(dump_ring(ring) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _bound_to(merchant_id: UUID, name: str) -> bytes:
    return merchant_id.bytes + name.encode()


def _blind(key: bytes, merchant_id: UUID | None, kind: str, value: str) -> bytes:
    scope = merchant_id.bytes if merchant_id else b""
    return hmac.digest(key, scope + kind.encode() + b"\0" + value.encode(), "sha256")[:16]
