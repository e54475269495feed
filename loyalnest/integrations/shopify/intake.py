"""The door for Shopify's webhooks: verify, find the shop, put on disk, acknowledge.

A plain ASGI endpoint, because every step of a framework between the socket and the disk would be
paid for by each of thousands of deliveries a second. What a body means is the worker's business;
here it is only made sure that it is JSON at all.
"""

import hashlib
import hmac
import json
from binascii import b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

import msgspec
import structlog
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from loyalnest import merchants
from loyalnest.integrations.shopify.errors import (
    BodyNotJson,
    BodyTooLarge,
    ShopUnknown,
    SignatureInvalid,
    TopicMissing,
)
from loyalnest.integrations.shopify.provider import PROVIDED
from loyalnest.kernel.clock import Clock, is_within_time
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.http import problem_response, translate
from loyalnest.kernel.inbox import Intake, NewDelivery

log = structlog.get_logger(__name__)

PATH = "/webhooks/shopify"

_NAME_LENGTH = 255
_KNOWN_FOR_S = 60.0
_UNKNOWN_FOR_S = 5.0
_REMEMBERED = 20_000
_ACCEPTED = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-length", b"0")],
}
_NOT_FOUND = {**_ACCEPTED, "status": 404}
_NO_BODY = {"type": "http.response.body", "body": b""}


class _Anything(msgspec.Struct):
    """No field is wanted: decoding into it checks a body's grammar and builds nothing."""


_GRAMMAR = msgspec.json.Decoder(_Anything)


@dataclass(frozen=True, slots=True)
class _Remembered:
    shop: merchants.Shop | None
    until: float


class Door:
    """The endpoint. One per process: it remembers which shop is whose for a minute."""

    def __init__(
        self, intake: Intake, database: Database, *, secrets: Sequence[str], clock: Clock
    ) -> None:
        self._intake = intake
        self._database = database
        self._secrets = [secret.encode() for secret in secrets]
        self._clock = clock
        self._limit = database.settings.webhook_max_bytes
        self._shops: dict[bytes, _Remembered] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one delivery."""
        try:
            await self._take_in(scope, receive)
        except ShopUnknown:
            await send(_NOT_FOUND)
        except Exception as error:
            # A database that is away is a reason to come again, not a fault of ours to report.
            meaning = error if isinstance(error, DomainError) else translate(error)
            if meaning is None:
                raise
            await problem_response(meaning)(scope, receive, send)
            return
        else:
            await send(_ACCEPTED)
        await send(_NO_BODY)

    async def _take_in(self, scope: Scope, receive: Receive) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        body = await self._read(headers, receive)
        self._verify(headers.get(b"x-shopify-hmac-sha256", b""), body)
        domain = headers.get(b"x-shopify-shop-domain", b"")
        shop = await self._shop(domain)
        topic = _name(headers, b"x-shopify-topic")
        if not topic:
            raise TopicMissing
        check_json(body)
        await self._intake.put(
            NewDelivery(
                merchant_id=shop.merchant_id,
                store_id=shop.store_id,
                provider=PROVIDED.name,
                topic=topic,
                delivery_key=_key(headers, topic, domain, body),
                body=body,
                triggered_at=_instant(headers.get(b"x-shopify-triggered-at")),
                state=PROVIDED.state_of(topic),
            )
        )

    async def _read(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        """The whole body, but never more of it than is allowed."""
        if int(headers.get(b"content-length", b"0") or 0) > self._limit:
            raise BodyTooLarge
        message = await receive()
        body = message.get("body", b"")
        if len(body) > self._limit:
            raise BodyTooLarge
        if not message.get("more_body"):
            return body
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._limit:
                raise BodyTooLarge
        return b"".join(parts)

    def _verify(self, signature: bytes, body: bytes) -> None:
        for secret in self._secrets:
            expected = b2a_base64(hmac.digest(secret, body, "sha256"), newline=False)
            if hmac.compare_digest(expected, signature):
                return
        raise SignatureInvalid

    async def _shop(self, domain: bytes) -> merchants.Shop:
        instant = self._clock().timestamp()
        known = self._shops.get(domain)
        if known is None or known.until < instant:
            known = await self._look_up(domain, instant)
        if known.shop is None:
            raise ShopUnknown
        return known.shop

    async def _look_up(self, domain: bytes, instant: float) -> _Remembered:
        shop = None
        if 0 < len(domain) <= _NAME_LENGTH:
            async with self._database.batch([]) as session:
                shop = await merchants.find_shop(
                    session, provider=PROVIDED.name, domain=domain.decode("latin-1")
                )
        if len(self._shops) >= _REMEMBERED:
            self._shops.clear()
        found = _Remembered(shop, instant + (_KNOWN_FOR_S if shop else _UNKNOWN_FOR_S))
        self._shops[domain] = found
        return found


def route(intake: Intake, database: Database, *, secrets: Sequence[str], clock: Clock) -> Route:
    """`POST /webhooks/shopify`, for the application to mount as it is.

    Without a secret it refuses every delivery, and says so once.
    """
    if not secrets:
        log.warning("shopify.secret_missing", set="LOYALNEST_SHOPIFY_API_SECRET")
    return Route(PATH, Door(intake, database, secrets=secrets, clock=clock), methods=["POST"])


def check_json(body: bytes) -> None:
    """Raises BodyNotJson unless this is a JSON object in valid UTF-8 that isn't nested absurdly."""
    try:
        if not body.isascii():
            body.decode()
        _GRAMMAR.decode(body)
    except msgspec.DecodeError:
        _check_leniently(body)
    except (UnicodeDecodeError, RecursionError):
        raise BodyNotJson from None


def _check_leniently(body: bytes) -> None:
    """Half an emoji (`\\ud83d` alone) is grammatical JSON, which the fast decoder refuses."""
    try:
        if isinstance(json.loads(body, parse_constant=_refuse), dict):
            return
    except (ValueError, RecursionError):
        pass
    raise BodyNotJson


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _key(headers: dict[bytes, bytes], topic: str, domain: bytes, body: bytes) -> str:
    """What tells a delivery from its repetitions: Shopify's id for it, else what it holds."""
    id_ = _name(headers, b"x-shopify-webhook-id") or hashlib.sha256(body).hexdigest()
    return f"{id_}/{topic}/{domain.decode('latin-1')}"


def _name(headers: dict[bytes, bytes], header: bytes) -> str:
    """A header's value; one that is too long or unprintable names nothing."""
    value = headers.get(header, b"").decode("latin-1")
    return value if len(value) <= _NAME_LENGTH and value.isprintable() else ""


def _instant(value: bytes | None) -> datetime | None:
    try:
        given = datetime.fromisoformat(value.decode()) if value else None
        instant = given and (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant if instant and is_within_time(instant) else None
