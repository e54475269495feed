"""Shopify bodies made up for a test: as small as the story needs, in Shopify's own words."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from loyalnest.integrations.shopify.facts import Bought, Fact
from loyalnest.integrations.shopify.translate import prepare
from loyalnest.kernel.inbox import Delivery
from loyalnest.orders import Facts

PAYLOADS = Path(__file__).parent / "payloads"
MERCHANT, STORE = UUID(int=1), UUID(int=2)
ARRIVAL = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

Body = dict[str, Any]


def official(name: str) -> Body:
    """A body as Shopify or a client library published it, out of its wrapper."""
    body = json.loads((PAYLOADS / name).read_bytes())
    return next(iter(body.values())) if len(body) == 1 else body


def line(id_: int = 1, price: str = "10.00", quantity: int = 1, **more: Any) -> Body:
    return {"id": id_, "price": price, "quantity": quantity, **more}


def order(id_: int | str = 1001, lines: Sequence[Mapping[str, Any]] = (), **more: Any) -> Body:
    """A paid order of one customer, in pounds."""
    body: Body = {
        "id": id_,
        "name": f"#{id_}",
        "currency": "GBP",
        "created_at": "2026-11-01T10:00:00Z",
        "updated_at": "2026-11-01T10:00:00Z",
        "financial_status": "paid",
        "email": "ada@example.com",
        "customer": {"id": 7, "email": "ada@example.com", "first_name": "Ada"},
        "line_items": list(lines) or [line()],
    }
    return body | more


def refund(id_: int = 501, order_id: int | str = 1001, **more: Any) -> Body:
    """A refund; `lines` maps a line to its units, `amount` is the money that went back."""
    lines: Mapping[int, int] = more.pop("lines", {})
    amount: str | None = more.pop("amount", None)
    status: str = more.pop("status", "success")
    body: Body = {
        "id": id_,
        "order_id": order_id,
        "created_at": "2026-11-05T10:00:00Z",
        "refund_line_items": [
            {"line_item_id": line_id, "quantity": units} for line_id, units in lines.items()
        ],
        "transactions": [],
    }
    if amount is not None:
        body["transactions"] = [
            {"kind": "refund", "status": status, "amount": amount, "currency": "GBP"}
        ]
    return body | more


def delivery(
    topic: str, body: Body | bytes, *, merchant: UUID = MERCHANT, store: UUID = STORE
) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Delivery(
        merchant_id=merchant,
        id=UUID(int=3),
        store_id=store,
        provider="shopify",
        topic=topic,
        body=raw,
        triggered_at=None,
        received_at=ARRIVAL,
        attempts=0,
    )


def read(topic: str, body: Body | bytes) -> Fact:
    """What we make of a body."""
    return prepare(delivery(topic, body))


def order_in(said: Fact) -> Facts:
    """The order that a body tells of, whether or not it names something of ours besides."""
    facts = said.facts if isinstance(said, Bought) else said
    assert isinstance(facts, Facts)
    return facts
