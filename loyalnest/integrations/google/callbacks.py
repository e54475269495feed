"""Google tells that somebody saved or removed a pass: signed, once or more, or not at all.

https://developers.google.com/wallet/retail/loyalty-cards/use-cases/use-callbacks-for-saves-and-deletions.
A root key of Google's signs a key for some days, and that one signs what is told (ECv2SigningOnly):
ECDSA on P-256 over its parts, each with its length before it in four bytes, the lowest first.
"""

import base64
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import structlog
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loyalnest.integrations.calls import Line, Said, Unclear, Unreached, as_object, as_objects
from loyalnest.integrations.google import shapes
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.errors import DomainError, Malformed, TooLarge, Unauthenticated, Unavailable
from loyalnest.kernel.http import problem_response, translate
from loyalnest.wallet import Saved

PATH = "/wallet/google/callback"
_SENDER, _PROTOCOL = "GooglePayPasses", "ECv2SigningOnly"
_SAVED = {"save": True, "del": False}
_BODY_AT_MOST = 20_000
_KEPT_FOR, _ASKED_AGAIN_AFTER = timedelta(hours=24), timedelta(minutes=1)

_NEVER = datetime.min.replace(tzinfo=UTC)
_FOREVER = datetime.max.replace(tzinfo=UTC)

log = structlog.get_logger("vendors")


class CallbackUnsigned(Unauthenticated):
    """This was not signed by Google, or not for this issuer, or is too old."""


class RootKeysAway(Unavailable):
    """Google's keys can't be fetched at the moment; come again."""


Note = Callable[[Saved], Awaitable[None]]
"""Writes down what happened; the same nonce once."""


@dataclass(frozen=True, slots=True)
class _Root:
    key: EllipticCurvePublicKey
    good_until: datetime


class RootKeys:
    """Google's root keys, fetched once a day, and once more when one is missing."""

    def __init__(self, open_line: Callable[[], Line], url: str, clock: Clock):
        self._open_line = open_line
        self._url = url
        self._clock = clock
        self._keys: Sequence[_Root] = ()
        self._fetched_at: datetime | None = None

    async def good(self, *, anew: bool = False) -> list[EllipticCurvePublicKey]:
        """Those that are good now. Raises RootKeysAway."""
        now = self._clock()
        age = None if self._fetched_at is None else now - self._fetched_at
        if age is None or age > _KEPT_FOR or (anew and age > _ASKED_AGAIN_AFTER):
            self._keys = _roots(await self._fetch())
            self._fetched_at = now
        return [it.key for it in self._keys if it.good_until > now]

    async def _fetch(self) -> Said:
        line = self._open_line()
        try:
            said = await line.ask("GET", self._url)
        except (Unreached, Unclear):
            raise RootKeysAway from None
        finally:
            await line.close()
        if not said.is_yes:
            raise RootKeysAway
        return said


class Callbacks:
    """The door for what Google tells of one issuer's passes."""

    def __init__(self, issuer_id: str, keys: RootKeys, note: Note, *, clock: Clock):
        self._issuer_id = issuer_id
        self._keys = keys
        self._note = note
        self._clock = clock

    async def answer(self, request: Request) -> Response:
        """Take one callback. Only what Google signed for this issuer is read."""
        told = _object(await _body(request))
        try:
            happened = self.read(told, await self._keys.good())
        except CallbackUnsigned:
            # A root key may have come since its like were fetched.
            happened = self.read(told, await self._keys.good(anew=True))
        if happened is not None:
            await self._note(happened)
        return Response(status_code=200)

    def read(self, told: dict[str, Any], roots: Sequence[EllipticCurvePublicKey]) -> Saved | None:
        """What a callback says; None for a kind that came after this was written.

        Raises CallbackUnsigned.
        """
        now = self._clock()
        signing = _signing_key(as_object(told.get("intermediateSigningKey")), roots, now)
        said = told.get("signedMessage")
        if told.get("protocolVersion") != _PROTOCOL or not isinstance(said, str):
            raise CallbackUnsigned
        signed = _joined(_SENDER, self._issuer_id, _PROTOCOL, said)
        if not _is_signed(signing, told.get("signature"), signed):
            raise CallbackUnsigned
        message = _object(said.encode())
        if _instant(message.get("expTimeMillis")) <= now:
            raise CallbackUnsigned
        saved = _SAVED.get(str(message.get("eventType")).lower())
        serial = shapes.serial_in(self._issuer_id, str(message.get("objectId")))
        nonce = message.get("nonce")
        if saved is None or serial is None or not isinstance(nonce, str):
            log.info("google_wallet.callback_passed_over", kind=str(message.get("eventType"))[:20])
            return None
        return Saved(serial, saved, nonce)


def callback_route(callbacks: Callbacks) -> Route:
    """`/wallet/google/callback`."""

    async def answered(request: Request) -> Response:
        try:
            return await callbacks.answer(request)
        except Exception as error:
            meaning = error if isinstance(error, DomainError) else translate(error)
            if meaning is None:
                raise
            return problem_response(meaning)

    return Route(PATH, answered, methods=["POST"])


def _signing_key(
    told: Any, roots: Sequence[EllipticCurvePublicKey], now: datetime
) -> EllipticCurvePublicKey:
    """The key that a root key signed for some days. Raises CallbackUnsigned."""
    said, signatures = told.get("signedKey"), told.get("signatures")
    if not isinstance(said, str) or not isinstance(signatures, list):
        raise CallbackUnsigned
    signed = _joined(_SENDER, _PROTOCOL, said)
    given = cast("list[Any]", signatures)[:5]
    if not any(_is_signed(root, each, signed) for root in roots for each in given):
        raise CallbackUnsigned
    named = _object(said.encode())
    if _instant(named.get("keyExpiration")) <= now:
        raise CallbackUnsigned
    key = _key(named.get("keyValue"))
    if key is None:
        raise CallbackUnsigned
    return key


def _roots(said: Said) -> list[_Root]:
    """The keys of an answer that can be used here. Raises RootKeysAway where it is none."""
    try:
        listed = as_objects(said.json().get("keys"))
    except Unclear:
        raise RootKeysAway from None
    found: list[_Root] = []
    for it in listed:
        key = _key(it.get("keyValue"))
        if it.get("protocolVersion") == _PROTOCOL and key is not None:
            found.append(_Root(key, _instant(it.get("keyExpiration"), otherwise=_FOREVER)))
    return found


def _key(told: Any) -> EllipticCurvePublicKey | None:
    try:
        key = load_der_public_key(base64.b64decode(str(told)))
    except (ValueError, UnsupportedAlgorithm):
        return None
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key
    return None


def _is_signed(key: EllipticCurvePublicKey, signature: Any, signed: bytes) -> bool:
    try:
        key.verify(base64.b64decode(str(signature)), signed, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _joined(*parts: str) -> bytes:
    told = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "little") + part for part in told)


def _instant(told: Any, otherwise: datetime = _NEVER) -> datetime:
    """Milliseconds, as a number or in digits."""
    try:
        return datetime.fromtimestamp(int(told) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return otherwise


def _object(body: bytes) -> dict[str, Any]:
    """Raises Malformed."""
    try:
        found: Any = json.loads(body)
    except ValueError:
        raise Malformed from None
    if not isinstance(found, dict):
        raise Malformed
    return dict(as_object(found))


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _BODY_AT_MOST:
            raise TooLarge
    return body
