"""Turns the records of an order log into the webhooks that Shopify would send for them.

Every id is derived from the log, so that the same record sent twice, also by another run on
another day, is the same order, refund and delivery. Names and addresses are made up.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import msgspec

from loyalnest.entrypoints.replay.log import Order, OrderLine, Record, Refund

API_VERSION = "2026-10"
CURRENCY = "GBP"

_NAMESPACE = UUID("6e1d0f7e-54f1-4f0e-9a52-6f6f3f5f2c11")
_CHECKOUT = timedelta(minutes=1)
_FIRST_NAMES = (
    "Amara", "Ben", "Chloe", "Dev", "Elin", "Farid", "Grace", "Hugo", "Ines", "Jonah", "Keira",
    "Liam", "Maya", "Nico", "Orla", "Priya", "Quinn", "Rosa", "Sami", "Tess", "Umar", "Vera",
    "Wren", "Yusuf", "Zoe",
)  # fmt: skip
_LAST_NAMES = (
    "Abbott", "Bianchi", "Carter", "Doyle", "Evans", "Fischer", "Grant", "Hughes", "Iqbal",
    "Jensen", "Kaur", "Lambert", "Murphy", "Novak", "Okafor", "Patel", "Quigley", "Reid",
    "Silva", "Turner", "Usman", "Varga", "Walsh", "Yates",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shop:
    """Who sends, and with which secret the webhooks are signed."""

    domain: str
    secret: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery: its headers without the signature, and the body that is signed."""

    topic: str
    key: str
    triggered_at: datetime
    body: bytes

    def headers(self, shop: Shop) -> Mapping[str, str]:
        """The headers, with the body signed by the shop's secret."""
        signature = hmac.digest(shop.secret.encode(), self.body, "sha256")
        return {
            "Content-Type": "application/json",
            "X-Shopify-Topic": self.topic,
            "X-Shopify-Shop-Domain": shop.domain,
            "X-Shopify-API-Version": API_VERSION,
            "X-Shopify-Webhook-Id": self.key,
            "X-Shopify-Event-Id": str(uuid5(_NAMESPACE, self.key)),
            "X-Shopify-Triggered-At": self.triggered_at.isoformat(),
            "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
        }


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a shop tells of, before a webhook is made of it."""

    topic: str
    record: Record


def facts_of(records: Iterable[Record]) -> Iterator[Fact]:
    """What Shopify tells of each record: an order is created and paid, a refund is created."""
    for record in records:
        if isinstance(record, Refund):
            yield Fact("refunds/create", record)
        else:
            yield Fact("orders/create", record)
            yield Fact("orders/paid", record)


def webhook_of(fact: Fact, shop: Shop) -> Webhook:
    """The delivery that tells a fact."""
    record = fact.record
    if isinstance(record, Refund):
        return _webhook(shop, fact.topic, _refund_key(record), record.at, refund(record))
    paid = fact.topic == "orders/paid"
    at = record.at + _CHECKOUT if paid else record.at
    body = order(record, "paid" if paid else "pending", at)
    return _webhook(shop, fact.topic, record.number, at, body)


def deliveries_of(records: Iterable[Record], shop: Shop) -> Iterator[Webhook]:
    """The deliveries that tell everything about the records, in their order."""
    return (webhook_of(fact, shop) for fact in facts_of(records))


def order(record: Order, financial_status: str, updated_at: datetime) -> dict[str, Any]:
    """The body of an `orders/…` webhook."""
    order_id = id_of("order", record.number)
    customer = _customer(record.customer, record.at) if record.customer else None
    return {
        "id": order_id,
        "admin_graphql_api_id": f"gid://shopify/Order/{order_id}",
        "name": f"#{record.number}",
        "order_number": order_id % 1_000_000,
        "test": False,
        "confirmed": True,
        "created_at": record.at.isoformat(),
        "processed_at": record.at.isoformat(),
        "updated_at": updated_at.isoformat(),
        "cancelled_at": None,
        "cancel_reason": None,
        "closed_at": None,
        "financial_status": financial_status,
        "fulfillment_status": None,
        "source_name": "web",
        "location_id": None,
        "currency": CURRENCY,
        "presentment_currency": CURRENCY,
        "email": customer["email"] if customer else "",
        "contact_email": customer["email"] if customer else None,
        "phone": None,
        "customer_locale": "en-GB",
        "buyer_accepts_marketing": False,
        "taxes_included": False,
        "tax_exempt": False,
        "tax_lines": [],
        "discount_codes": [],
        "discount_applications": [],
        "note": None,
        "note_attributes": [],
        "tags": "",
        "payment_gateway_names": ["shopify_payments"],
        "customer": customer,
        "billing_address": {"country": record.country, "first_name": None, "last_name": None},
        "line_items": [_line_item(record, index) for index in range(len(record.lines))],
        "shipping_lines": _shipping_lines(record),
        "fulfillments": [],
        "refunds": [],
        **_totals(record, paid=financial_status == "paid"),
    }


def refund(record: Refund) -> dict[str, Any]:
    """The body of a `refunds/create` webhook: lines with quantities, and the money that went."""
    order_id, refund_id = id_of("order", record.order.number), id_of("refund", _refund_key(record))
    lines = [
        _refund_line(record, refund_id, position, index, quantity)
        for position, (index, quantity) in enumerate(record.lines)
    ]
    amount = sum(
        (record.order.lines[index].price * quantity for index, quantity in record.lines),
        Decimal(0),
    )
    return {
        "id": refund_id,
        "admin_graphql_api_id": f"gid://shopify/Refund/{refund_id}",
        "order_id": order_id,
        "created_at": record.at.isoformat(),
        "processed_at": record.at.isoformat(),
        "note": None,
        "restock": True,
        "duties": [],
        "additional_fees": [],
        "return": None,
        "refund_line_items": lines,
        "refund_shipping_lines": [],
        "order_adjustments": [],
        "transactions": [_transaction(record, order_id, refund_id, amount)],
    }


def email_of(customer: str) -> str:
    """The made-up address of a customer of the log."""
    first, last = _name_of(customer)
    return f"{first}.{last}.{customer}@example.com".lower()


def id_of(kind: str, key: str) -> int:
    """A number of 14 digits, always the same for the same thing."""
    digest = hashlib.blake2b(f"{kind}/{key}".encode(), digest_size=8).digest()
    return 10**13 + int.from_bytes(digest) % (9 * 10**13)


def _webhook(shop: Shop, topic: str, key: str, at: datetime, body: dict[str, Any]) -> Webhook:
    delivery_id = uuid5(_NAMESPACE, f"{shop.domain}/{topic}/{key}")
    return Webhook(topic, str(delivery_id), at, msgspec.json.encode(body))


def _refund_key(record: Refund) -> str:
    return f"{record.number}/{record.order.number}"


def _name_of(customer: str) -> tuple[str, str]:
    number = id_of("name", customer)
    return (
        _FIRST_NAMES[number % len(_FIRST_NAMES)],
        _LAST_NAMES[number // 100 % len(_LAST_NAMES)],
    )


def _customer(customer: str, at: datetime) -> dict[str, Any]:
    first, last = _name_of(customer)
    customer_id = id_of("customer", customer)
    return {
        "id": customer_id,
        "admin_graphql_api_id": f"gid://shopify/Customer/{customer_id}",
        "email": email_of(customer),
        "phone": None,
        "first_name": first,
        "last_name": last,
        "state": "disabled",
        "verified_email": True,
        "tax_exempt": False,
        "currency": CURRENCY,
        "note": None,
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
    }


def _line_item(record: Order, index: int) -> dict[str, Any]:
    line = record.lines[index]
    line_id = _line_id(record, index)
    return {
        "id": line_id,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{line_id}",
        "product_id": id_of("product", line.sku),
        "variant_id": id_of("variant", line.sku),
        "sku": line.sku,
        "title": line.title,
        "name": line.title,
        "quantity": line.quantity,
        "current_quantity": line.quantity,
        "fulfillable_quantity": line.quantity,
        "gift_card": line.is_gift_card,
        "requires_shipping": not line.is_gift_card,
        "taxable": True,
        **_money("price", line.price),
        **_money("total_discount", Decimal(0)),
        "discount_allocations": [],
        "tax_lines": [],
        "properties": [],
        "selling_plan_id": None,
    }


def _refund_line(
    record: Refund, refund_id: int, position: int, index: int, quantity: int
) -> dict[str, Any]:
    line: OrderLine = record.order.lines[index]
    subtotal = line.price * quantity
    return {
        "id": id_of("refund line", f"{refund_id}/{position}"),
        "line_item_id": _line_id(record.order, index),
        "quantity": quantity,
        "restock_type": "return",
        "location_id": None,
        "subtotal": float(subtotal),  # a JSON number, as Shopify sends it; the set is exact
        "total_tax": 0.0,
        "subtotal_set": _amounts(subtotal),
        "total_tax_set": _amounts(Decimal(0)),
        "line_item": _line_item(record.order, index),
    }


def _transaction(record: Refund, order_id: int, refund_id: int, amount: Decimal) -> dict[str, Any]:
    return {
        "id": id_of("transaction", str(refund_id)),
        "order_id": order_id,
        "kind": "refund",
        "status": "success",
        "gateway": "shopify_payments",
        "amount": str(amount),
        "currency": CURRENCY,
        "test": False,
        "created_at": record.at.isoformat(),
        "processed_at": record.at.isoformat(),
    }


def _totals(record: Order, *, paid: bool) -> dict[str, Any]:
    subtotal = sum((line.price * line.quantity for line in record.lines), Decimal(0))
    total = subtotal + record.shipping
    return {
        **_money("subtotal_price", subtotal),
        **_money("total_line_items_price", subtotal),
        **_money("total_discounts", Decimal(0)),
        **_money("total_tax", Decimal(0)),
        **_money("total_price", total),
        **_money("current_subtotal_price", subtotal),
        **_money("current_total_price", total),
        **_money("total_shipping_price", record.shipping, plain=False),
        "total_tip_received": "0.00",
        "total_outstanding": "0.00" if paid else f"{total:.2f}",
    }


def _shipping_lines(record: Order) -> list[dict[str, Any]]:
    if not record.shipping:
        return []
    line_id = id_of("shipping", record.number)
    return [
        {
            "id": line_id,
            "title": "Postage",
            "code": "Postage",
            "source": "shopify",
            **_money("price", record.shipping),
            **_money("discounted_price", record.shipping),
            "discount_allocations": [],
            "tax_lines": [],
        }
    ]


def _line_id(record: Order, index: int) -> int:
    return id_of("line", f"{record.number}/{index}")


def _money(name: str, amount: Decimal, *, plain: bool = True) -> dict[str, Any]:
    both = {f"{name}_set": _amounts(amount)}
    return {name: f"{amount:.2f}", **both} if plain else both


def _amounts(amount: Decimal) -> dict[str, Any]:
    money = {"amount": f"{amount:.2f}", "currency_code": CURRENCY}
    return {"shop_money": money, "presentment_money": money}
