"""What the door answers, and what it keeps."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from structlog.testing import capture_logs

from loyalnest import merchants
from loyalnest.integrations import shopify
from loyalnest.kernel.database import Database
from loyalnest.kernel.inbox import Intake, drain
from tests.conftest import NOW
from tests.contracts.shopify import bodies
from tests.shop import Shop, open_shop

SECRET, FORMER = "hush", "hushed-before"


@dataclass
class Door:
    client: httpx.AsyncClient
    shop: Shop
    domain: str
    database: Database

    async def knock(
        self,
        body: bytes | bodies.Body,
        *,
        secret: str = SECRET,
        topic: str = "orders/create",
        **headers: str,
    ) -> httpx.Response:
        """Deliver as Shopify does. `headers` add or, when empty, leave out."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signature = base64.b64encode(hmac.digest(secret.encode(), raw, "sha256")).decode()
        sent = {
            "x-shopify-topic": topic,
            "x-shopify-hmac-sha256": signature,
            "x-shopify-shop-domain": self.domain,
            "x-shopify-webhook-id": hashlib.sha256(raw).hexdigest(),
            "x-shopify-triggered-at": "2026-11-20T12:00:00.123456789Z",
        } | {f"x-shopify-{name.replace('_', '-')}": value for name, value in headers.items()}
        kept = {name: value for name, value in sent.items() if value}
        return await self.client.post(shopify.PATH, content=raw, headers=kept)

    async def deliveries(self) -> list[tuple[str, str]]:
        async with self.database.tenant(self.shop.merchant_id) as session:
            found = await session.execute(text("SELECT topic, state FROM deliveries ORDER BY id"))
            return [(row[0], row[1]) for row in found]


@pytest.fixture
async def door(lasting_database: Database) -> AsyncGenerator[Door]:
    shop = await open_shop(lasting_database)
    async with lasting_database.tenant(shop.merchant_id) as session:
        (store,) = await merchants.list_stores(session, merchant_id=shop.merchant_id)
    async with Intake(lasting_database, clock=lambda: NOW) as intake:
        route = shopify.route(intake, lasting_database, secrets=[SECRET, FORMER], clock=lambda: NOW)
        transport = httpx.ASGITransport(Starlette(routes=[route]))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield Door(client, shop, store.domain, lasting_database)


async def test_a_signed_delivery_is_on_disk_when_it_is_acknowledged(door: Door) -> None:
    answer = await door.knock(bodies.order())
    assert (answer.status_code, answer.content) == (200, b"")
    assert await door.deliveries() == [("orders/create", "queued")]


async def test_a_delivery_ends_in_the_books(door: Door) -> None:
    await door.knock(bodies.order())
    await door.knock(bodies.refund(lines={1: 1}), topic="refunds/create")
    await door.knock(bodies.order(1002))
    await drain(door.database, [shopify.PROVIDED], clock=lambda: NOW)
    assert await door.shop.balance() == (10, 0, 0)


async def test_the_former_secret_is_good_while_secrets_change(door: Door) -> None:
    assert (await door.knock(bodies.order(), secret=FORMER)).status_code == 200


@pytest.mark.parametrize("secret", ["another", ""])
async def test_a_wrong_signature_is_refused(door: Door, secret: str) -> None:
    answer = await door.knock(bodies.order(), secret=secret)
    assert answer.status_code == 401
    assert answer.json()["code"] == "SIGNATURE_INVALID"
    assert await door.deliveries() == []


async def test_a_door_without_a_secret_says_so_once(lasting_database: Database) -> None:
    with capture_logs() as said:
        shopify.route(Intake(lasting_database), lasting_database, secrets=[], clock=lambda: NOW)
    assert [(it["log_level"], it["event"]) for it in said] == [
        ("warning", "shopify.secret_missing")
    ]


async def test_a_missing_signature_is_refused_before_anything_else(door: Door) -> None:
    answer = await door.knock(b"{", hmac_sha256="", shop_domain="nobody.myshopify.com")
    assert answer.status_code == 401


@pytest.mark.parametrize("domain", ["nobody.myshopify.com", "", "x" * 300])
async def test_an_unknown_shop_is_not_found_without_a_word_more(door: Door, domain: str) -> None:
    answer = await door.knock(bodies.order(), shop_domain=domain)
    assert (answer.status_code, answer.content) == (404, b"")


async def test_a_shop_that_uninstalled_is_still_known(door: Door) -> None:
    await door.knock({"id": 1}, topic="app/uninstalled")
    await drain(door.database, [shopify.PROVIDED], clock=lambda: NOW)
    assert (await door.knock(bodies.order())).status_code == 200


async def test_the_same_delivery_again_is_acknowledged_and_kept_once(door: Door) -> None:
    for _ in range(3):
        assert (await door.knock(bodies.order())).status_code == 200
    assert len(await door.deliveries()) == 1


async def test_without_an_id_a_delivery_is_known_by_what_it_holds(door: Door) -> None:
    for _ in range(2):
        await door.knock(bodies.order(), webhook_id="")
    await door.knock(bodies.order(), webhook_id="", topic="orders/paid")
    assert len(await door.deliveries()) == 2


async def test_a_topic_nobody_handles_is_kept(door: Door) -> None:
    await door.knock({"id": 1}, topic="themes/publish")
    await door.knock({"shop_id": 1}, topic="shop/redact")
    assert await door.deliveries() == [("themes/publish", "unhandled"), ("shop/redact", "request")]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"{'a':1}", b'{"a":NaN}', b'{"a":"\xff"}', b'{"a":' + b"[" * 10**5],
)
async def test_a_body_that_is_no_json_object_is_refused_by_name(door: Door, body: bytes) -> None:
    answer = await door.knock(body)
    assert (answer.status_code, answer.json()["code"]) == (400, "BODY_NOT_JSON")
    assert await door.deliveries() == []


async def test_half_an_emoji_is_taken_in(door: Door) -> None:
    assert (await door.knock(b'{"id":1,"note":"\\ud83d"}')).status_code == 200


async def test_a_body_without_a_topic_is_refused_by_name(door: Door) -> None:
    answer = await door.knock(bodies.order(), topic="")
    assert (answer.status_code, answer.json()["code"]) == (400, "TOPIC_MISSING")


async def test_a_body_beyond_the_limit_is_refused_while_it_is_read(door: Door) -> None:
    huge = b'{"note":"' + b"x" * 10_000_000 + b'"}'
    answer = await door.knock(huge)
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1_000_000

    answer = await door.client.post(shopify.PATH, content=endless())
    assert answer.status_code == 413
    assert sent < 10


async def test_what_cannot_be_understood_is_set_aside_and_its_neighbours_go_on(door: Door) -> None:
    await door.knock(bodies.order(1, lines=[bodies.line(price="-5.00")]))
    await door.knock(bodies.order(2, currency="XXQ"))
    await door.knock({"id": []})
    await door.knock(bodies.order(3))
    await drain(door.database, [shopify.PROVIDED], clock=lambda: NOW)
    async with door.database.tenant(door.shop.merchant_id) as session:
        codes = await session.scalars(text("SELECT code FROM dead_letters ORDER BY code"))
        assert codes.all() == ["AMOUNT_OUT_OF_RANGE", "PAYLOAD_NOT_UNDERSTOOD", "UNKNOWN_CURRENCY"]
    assert await door.shop.balance() == (10, 0, 0)
