"""Reading what devices sign."""

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from loyalnest.kernel.clock import is_within_time
from loyalnest.kernel.currencies import is_currency, minor_units
from loyalnest.kernel.errors import DomainError, NotFound
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.stamps.counter.errors import (
    IntentReused,
    IntentUnreadable,
    PublicKeyInvalid,
    SignatureWrong,
)
from loyalnest.stamps.counter.values import (
    CLERK,
    SKEW,
    STAMPER,
    Answer,
    Case,
    Said,
    Signed,
    Stamper,
)

_PAYLOAD_AT_MOST = 4000
_SIGNATURE_BYTES, _HALF = 64, 32
_DECODER = msgspec.json.Decoder(Said)
_AMOUNT_AT_MOST = 10**9
_DECIMALS_AT_MOST = 3


class Batch(msgspec.Struct, frozen=True):
    """What a device sent, in its order: answers that are clear already, and counters."""

    order: list[Answer | int]
    cases: dict[int, Case]


def open_batch(stamper: Stamper, signed: Sequence[Signed], now: datetime) -> Batch:
    """Verify and read a batch; what is the same twice is one case, named twice.

    What this device didn't sign leaves no trace under its counter: the number stays free for what
    it did sign.
    """
    order: list[Answer | int] = []
    cases: dict[int, Case] = {}
    for each in signed:
        try:
            case = _open(stamper, each, now)
            known = cases.setdefault(case.said.counter, case)
            if known.digest != case.digest:
                raise IntentReused
        except DomainError as error:
            order.append(Answer(_counter_in(each.payload), "refused", error.code, error.detail))
        else:
            order.append(case.said.counter)
    return Batch(order, cases)


def point_of(jwk: dict[str, Any]) -> bytes:
    """The uncompressed point of a public key in JWK. Raises PublicKeyInvalid."""
    try:
        if jwk["kty"] != "EC" or jwk["crv"] != "P-256":
            raise PublicKeyInvalid
        point = b"\x04" + _bytes(str(jwk["x"])) + _bytes(str(jwk["y"]))
        _key(point)
    except (KeyError, ValueError):
        raise PublicKeyInvalid from None
    return point


def _open(stamper: Stamper, signed: Signed, now: datetime) -> Case:
    pairing = _pairing_of(stamper, signed)
    if pairing is None:
        raise SignatureWrong
    said = _read(signed.payload)
    if said.stamper != to_wire(STAMPER, stamper.id):
        raise SignatureWrong
    at = said.at.astimezone(UTC)
    return Case(
        said=said,
        digest=hashlib.sha256(signed.payload.encode()).digest(),
        pairing=pairing,
        at=min(at, now),
        late=said.offline or now - at > SKEW,
        clerk_id=_clerk(said.clerk),
    )


def _pairing_of(stamper: Stamper, signed: Signed) -> int | None:
    """Under which pairing's key this was signed; nearly always the latest."""
    if len(signed.payload) > _PAYLOAD_AT_MOST:
        raise IntentUnreadable
    try:
        raw = _bytes(signed.signature)
        text = signed.payload.encode("ascii")
    except (ValueError, UnicodeEncodeError):
        return None
    if len(raw) != _SIGNATURE_BYTES:
        return None
    halves = (int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:]))
    der = encode_dss_signature(*halves)
    for number in range(stamper.pairing, 0, -1):
        try:
            _key(stamper.public_keys[number - 1]).verify(der, text, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            continue
        return number
    return None


def _read(payload: str) -> Said:
    try:
        said = _DECODER.decode(_bytes(payload))
        if _is_money(said.amount, said.currency) and is_within_time(said.at.astimezone(UTC)):
            return said
    except (ValueError, OverflowError, msgspec.DecodeError):
        pass
    raise IntentUnreadable


def _is_money(amount: Decimal | None, currency: str | None) -> bool:
    """Whether this is an amount, of no smaller coins than the currency has."""
    if amount is None:
        return True
    if not amount.is_finite() or not 0 < amount <= _AMOUNT_AT_MOST:
        return False
    finest = minor_units(currency) if currency and is_currency(currency) else _DECIMALS_AT_MOST
    return amount == round(amount, finest)


def _counter_in(payload: str) -> int | None:
    """As much as lets the device find what the answer is about."""
    try:
        said: object = json.loads(_bytes(payload[:_PAYLOAD_AT_MOST]))
    except (ValueError, RecursionError):
        return None
    counter = cast("dict[str, object]", said).get("counter") if isinstance(said, dict) else None
    return counter if isinstance(counter, int) and not isinstance(counter, bool) else None


def _clerk(text: str) -> Any:
    try:
        return from_wire(CLERK, text)
    except NotFound:
        return None


@lru_cache(maxsize=4096)
def _key(point: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _bytes(text: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError from error
