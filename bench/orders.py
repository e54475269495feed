"""Signed orders as Shopify sends them, made quickly and always the same for the same plan.

At least 4 KB each, one to five lines, three in ten by a customer who was never seen before.
"""

import base64
import hmac
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from loyalnest.entrypoints import replay
from loyalnest.entrypoints.replay.webhooks import order as order_body

SECRET = "bench"
NEW_CUSTOMERS = 0.3
LEAST_BYTES = 4096

_ORDER_ID, _CUSTOMER_ID, _PERSON = 77_777_777_777_777, 88_888_888_888_888, "nobody"
_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
_ARTICLES = ("Bunting", "Cake stand", "Lunch bag", "Tea towel", "Wall clock")


@dataclass(frozen=True, slots=True)
class Plan:
    """Which orders: how many, by how many shops, from which number on."""

    count: int
    merchants: int = 500
    first: int = 0


@dataclass(frozen=True, slots=True)
class Signed:
    """One order, ready to be sent."""

    merchant: int
    key: str
    signature: bytes
    body: bytes


def domain_of(merchant: int) -> str:
    """The shop of the n-th merchant."""
    return f"shop-{merchant}.myshopify.com"


def signed_orders(plan: Plan) -> Iterator[Signed]:
    """The orders of a plan. Two plans whose numbers don't overlap share no order."""
    chance = random.Random(plan.first)
    templates = [_template(lines) for lines in range(1, 6)]
    known = [0] * plan.merchants
    for number in range(plan.first, plan.first + plan.count):
        merchant = chance.randrange(plan.merchants)
        if not known[merchant] or chance.random() < NEW_CUSTOMERS:
            known[merchant] += 1
            buyer = known[merchant]
        else:
            buyer = chance.randint(1, known[merchant])
        person = plan.first + buyer
        body = chance.choice(templates) % {
            b"order": b"%014d" % (10**13 + number),
            b"customer": b"%014d" % (2 * 10**13 + person * plan.merchants + merchant),
            b"person": b"buyer.%d.%d" % (merchant, person),
        }
        digest = hmac.digest(SECRET.encode(), body, "sha256")
        key = str(UUID(int=(merchant << 64) | (1 << 63) | number))
        yield Signed(merchant, key, base64.b64encode(digest), body)


def request_of(order: Signed, host: str) -> bytes:
    """The whole HTTP request, head and body."""
    head = (
        "POST /webhooks/shopify HTTP/1.1\r\n"
        f"Host: {host}\r\n"
        "Content-Type: application/json\r\n"
        "X-Shopify-Topic: orders/paid\r\n"
        f"X-Shopify-Shop-Domain: {domain_of(order.merchant)}\r\n"
        "X-Shopify-API-Version: 2026-10\r\n"
        f"X-Shopify-Webhook-Id: {order.key}\r\n"
        f"X-Shopify-Triggered-At: {_AT.isoformat()}\r\n"
        f"X-Shopify-Hmac-Sha256: {order.signature.decode()}\r\n"
        f"Content-Length: {len(order.body)}\r\n\r\n"
    )
    return head.encode() + order.body


def _template(lines: int) -> bytes:
    """An order with placeholders where orders differ."""
    record = replay.Order(
        number="1",
        at=_AT,
        customer="1",
        country="United Kingdom",
        lines=tuple(
            replay.OrderLine(f"A-{index}", _ARTICLES[index], 1 + index, Decimal("3.25") + index)
            for index in range(lines)
        ),
        shipping=Decimal("4.50"),
    )
    body = order_body(record, "paid", _AT)
    body["id"], body["customer"]["id"] = _ORDER_ID, _CUSTOMER_ID
    body["email"] = body["contact_email"] = body["customer"]["email"] = f"{_PERSON}@example.com"
    body["note"] = "-" * max(0, LEAST_BYTES - len(msgspec.json.encode(body)))
    return (
        msgspec.json.encode(body)
        .replace(b"%", b"%%")
        .replace(str(_ORDER_ID).encode(), b"%(order)b")
        .replace(str(_CUSTOMER_ID).encode(), b"%(customer)b")
        .replace(_PERSON.encode(), b"%(person)b")
    )
