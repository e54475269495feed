"""Shopify's bodies: orders, refunds and customers as its webhooks write them. Pure.

An order is kept as the body it was last told with; what happens to it makes a new body of the old.
"""

import copy
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from demo_shop.checkout import ZERO, Bill, Line
from demo_shop.settings import CURRENCY

Body = dict[str, Any]
REFERRAL = "loyalnest_ref"
"""The cart's attribute that says who sent the buyer."""
_GATEWAY = "bogus"
_ONLY_IN_ORDERS = frozenset({"current_quantity"})
"""What a line says of itself in its order and not in a refund."""


def customer(
    id_: int, email: str, name: str, *, has_account: bool, since: datetime, now: datetime
) -> Body:
    """Somebody who buys or has an account."""
    first, _, last = name.partition(" ")
    return {
        "id": id_,
        "admin_graphql_api_id": f"gid://shopify/Customer/{id_}",
        "email": email,
        "created_at": stamp(since),
        "updated_at": stamp(now),
        "first_name": first or None,
        "last_name": last or None,
        "state": "enabled" if has_account else "disabled",
        "note": None,
        "verified_email": True,
        "multipass_identifier": None,
        "tax_exempt": False,
        "phone": None,
        "currency": CURRENCY,
        "tax_exemptions": [],
    }


def order(
    ids: Iterator[int],
    *,
    number: int,
    token: str,
    bill: Bill,
    buyer: Body,
    referral_code: str | None,
    language: str,
    now: datetime,
) -> Body:
    """An order that has just been paid."""
    id_ = next(ids)
    body: Body = {
        "id": id_,
        "admin_graphql_api_id": f"gid://shopify/Order/{id_}",
        "name": f"#{number}",
        "number": number - 1000,
        "order_number": number,
        "token": token,
        "confirmed": True,
        "test": False,
        "source_name": "web",
        "email": buyer["email"],
        "contact_email": buyer["email"],
        "phone": None,
        "customer": buyer,
        "customer_locale": language,
        "created_at": stamp(now),
        "processed_at": stamp(now),
        "updated_at": stamp(now),
        "closed_at": None,
        "cancelled_at": None,
        "cancel_reason": None,
        "currency": CURRENCY,
        "presentment_currency": CURRENCY,
        "financial_status": "paid",
        "fulfillment_status": None,
        "taxes_included": True,
        "payment_gateway_names": [_GATEWAY],
        "note": None,
        "note_attributes": [{"name": REFERRAL, "value": referral_code}] if referral_code else [],
        "tags": "",
        "discount_codes": _codes(bill),
        "discount_applications": _applications(bill),
        "line_items": [_line(next(ids), line, bill) for line in bill.lines],
        "shipping_lines": [_shipping(next(ids), bill)],
        "tax_lines": [],
        "refunds": [],
    }
    return body | _totals(bill)


def refunded(
    body: Body, ids: Iterator[int], pieces: Mapping[int, int], *, delivery: bool, now: datetime
) -> tuple[Body, Body]:
    """The order after so many pieces of its lines came back, and the refund by itself.

    With `delivery` the delivery's price goes back, too. Units that are gone already stay gone.
    """
    after = copy.deepcopy(body)
    id_, items, amount = next(ids), list[Body](), ZERO
    for line in after["line_items"]:
        units = min(pieces.get(line["id"], 0), line["current_quantity"])
        if units > 0:
            worth = _unit_worth(line, units)
            line["current_quantity"] -= units
            line["fulfillable_quantity"] = line["current_quantity"]
            items.append(_refund_line(next(ids), line, units, worth))
            amount += worth
    paid_for_delivery = Decimal(body["shipping_lines"][0]["discounted_price"])
    back = paid_for_delivery if delivery and not _delivery_returned(body) else ZERO
    refund: Body = {
        "id": id_,
        "admin_graphql_api_id": f"gid://shopify/Refund/{id_}",
        "order_id": body["id"],
        "created_at": stamp(now),
        "processed_at": stamp(now),
        "note": None,
        "restock": True,
        "refund_line_items": items,
        "order_adjustments": _adjustments(next(ids), body["id"], id_, back) if back else [],
        "transactions": [_money_back(next(ids), body["id"], amount + back, now)],
    }
    after["refunds"].append(refund)
    left = sum(line["current_quantity"] for line in after["line_items"])
    after["financial_status"] = "partially_refunded" if left else "refunded"
    after["updated_at"] = stamp(now)
    return after, refund


def cancelled(body: Body, ids: Iterator[int], *, now: datetime) -> tuple[Body, Body]:
    """The order called off with all its money back, and the refund by itself."""
    everything = {line["id"]: line["current_quantity"] for line in body["line_items"]}
    after, refund = refunded(body, ids, everything, delivery=True, now=now)
    after |= {"cancelled_at": stamp(now), "closed_at": stamp(now), "cancel_reason": "customer"}
    return after, refund


def returned_money(body: Body) -> Decimal:
    """What of an order's money has gone back."""
    return sum(
        (Decimal(it["amount"]) for refund in body["refunds"] for it in refund["transactions"]), ZERO
    )


def stamp(instant: datetime) -> str:
    """An instant as Shopify writes it, to the second."""
    return instant.isoformat(timespec="seconds")


def _money(amount: Decimal) -> tuple[str, Body]:
    one = {"amount": f"{amount:.2f}", "currency_code": CURRENCY}
    return f"{amount:.2f}", {"shop_money": one, "presentment_money": dict(one)}


def _codes(bill: Bill) -> list[Body]:
    if bill.worth is None:
        return []
    kinds = {"percent_off": "percentage", "free_shipping": "shipping"}
    taken_off = bill.discount + bill.delivery_discount
    kind = kinds.get(bill.worth.kind, "fixed_amount")
    return [{"code": bill.worth.code, "amount": f"{taken_off:.2f}", "type": kind}]


def _applications(bill: Bill) -> list[Body]:
    worth = bill.worth
    if worth is None:
        return []
    by_percent = worth.kind in ("percent_off", "free_shipping")
    value = {"percent_off": worth.percent, "free_shipping": Decimal(100)}
    return [
        {
            "target_type": "shipping_line" if worth.kind == "free_shipping" else "line_item",
            "type": "discount_code",
            "value": f"{value.get(worth.kind, bill.discount):.1f}",
            "value_type": "percentage" if by_percent else "fixed_amount",
            "allocation_method": "across",
            "target_selection": "all",
            "code": worth.code,
        }
    ]


def _line(id_: int, line: Line, bill: Bill) -> Body:
    price, price_set = _money(line.product.price)
    nothing, nothing_set = _money(ZERO)
    title = line.product.title("en")
    return {
        "id": id_,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{id_}",
        "product_id": line.product.id,
        "variant_id": line.product.variant_id,
        "sku": line.product.sku,
        "name": title,
        "title": title,
        "variant_title": None,
        "vendor": None,
        "quantity": line.quantity,
        "current_quantity": line.quantity,
        "fulfillable_quantity": line.quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": None,
        "gift_card": False,
        "grams": 200,
        "price": price,
        "price_set": price_set,
        "product_exists": True,
        "properties": [],
        "requires_shipping": True,
        "taxable": False,
        "total_discount": nothing,
        "total_discount_set": nothing_set,
        "tax_lines": [],
        "duties": [],
        "discount_allocations": _allocations(line.discount),
    }


def _allocations(discount: Decimal) -> list[Body]:
    if not discount:
        return []
    amount, both = _money(discount)
    return [{"amount": amount, "amount_set": both, "discount_application_index": 0}]


def _shipping(id_: int, bill: Bill) -> Body:
    price, price_set = _money(bill.delivery)
    paid, paid_set = _money(bill.delivery - bill.delivery_discount)
    return {
        "id": id_,
        "code": "Standard",
        "title": "Standard",
        "source": "shopify",
        "price": price,
        "price_set": price_set,
        "discounted_price": paid,
        "discounted_price_set": paid_set,
        "is_removed": False,
        "carrier_identifier": None,
        "phone": None,
        "tax_lines": [],
        "discount_allocations": _allocations(bill.delivery_discount),
    }


def _totals(bill: Bill) -> Body:
    amounts = {
        "total_line_items_price": bill.full,
        "total_discounts": bill.discount + bill.delivery_discount,
        "subtotal_price": bill.goods,
        "current_subtotal_price": bill.goods,
        "total_tax": ZERO,
        "total_price": bill.total,
        "current_total_price": bill.total,
    }
    body: Body = {"total_outstanding": "0.00", "total_tip_received": "0.00", "total_weight": 0}
    for name, amount in amounts.items():
        body[name], body[f"{name}_set"] = _money(amount)
    _, body["total_shipping_price_set"] = _money(bill.delivery - bill.delivery_discount)
    return body


def _unit_worth(line: Body, units: int) -> Decimal:
    """What was paid for the next so many units of a line; the last one takes what is left."""
    off = sum((Decimal(it["amount"]) for it in line["discount_allocations"]), ZERO)
    paid, quantity = Decimal(line["price"]) * line["quantity"] - off, line["quantity"]
    gone = quantity - line["current_quantity"]

    def worth(pieces: int) -> Decimal:
        return (paid * pieces / quantity).quantize(Decimal("0.01"))

    return worth(gone + units) - worth(gone)


def _refund_line(id_: int, line: Body, units: int, worth: Decimal) -> Body:
    _, worth_set = _money(worth)
    _, nothing_set = _money(ZERO)
    return {
        "id": id_,
        "line_item_id": line["id"],
        "quantity": units,
        "restock_type": "cancel",
        "location_id": None,
        "subtotal": float(worth),
        "subtotal_set": worth_set,
        "total_tax": 0.0,
        "total_tax_set": nothing_set,
        "line_item": {name: it for name, it in line.items() if name not in _ONLY_IN_ORDERS},
    }


def _adjustments(id_: int, order_id: int, refund_id: int, amount: Decimal) -> list[Body]:
    told, both = _money(-amount)
    nothing, nothing_set = _money(ZERO)
    return [
        {
            "id": id_,
            "order_id": order_id,
            "refund_id": refund_id,
            "kind": "shipping_refund",
            "reason": "Shipping refund",
            "amount": told,
            "amount_set": both,
            "tax_amount": nothing,
            "tax_amount_set": nothing_set,
        }
    ]


def _delivery_returned(body: Body) -> bool:
    return any(refund["order_adjustments"] for refund in body["refunds"])


def _money_back(id_: int, order_id: int, amount: Decimal, now: datetime) -> Body:
    return {
        "id": id_,
        "admin_graphql_api_id": f"gid://shopify/OrderTransaction/{id_}",
        "order_id": order_id,
        "kind": "refund",
        "gateway": _GATEWAY,
        "status": "success",
        "message": None,
        "test": False,
        "amount": f"{amount:.2f}",
        "currency": CURRENCY,
        "created_at": stamp(now),
        "processed_at": stamp(now),
        "source_name": "web",
    }
