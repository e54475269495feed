"""Shopify's bodies in our own words. Pure: a delivery in, a fact out."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from loyalnest.customers import AccountRef, Contact, Profile
from loyalnest.integrations.shopify import naming, payloads
from loyalnest.integrations.shopify.agreed import words_of
from loyalnest.integrations.shopify.errors import PayloadNotUnderstood
from loyalnest.integrations.shopify.facts import (
    AccountDeleted,
    AccountsMerged,
    Asked,
    Bought,
    Fact,
    Nothing,
    Told,
    Uninstalled,
)
from loyalnest.integrations.shopify.money import (
    ZERO,
    discount_of,
    given_back_besides_goods,
    money_moved,
    shop_amount,
    tax_of,
)
from loyalnest.kernel.clock import is_within_time
from loyalnest.kernel.currencies import is_currency
from loyalnest.kernel.inbox import Delivery
from loyalnest.orders import AmountOutOfRange, Facts, Line, Refund, Snapshot, UnknownCurrency
from loyalnest.privacy import Kind

PROVIDER = "shopify"

_PAID = frozenset({"paid", "partially_refunded", "refunded"})
_UNITS_LIMIT = 10**9
_ID_LENGTH = 200
_ID_BITS = 512

_Body = TypeVar("_Body")


def prepare(delivery: Delivery) -> Fact:
    """What a delivery says.

    Raises PayloadNotUnderstood, AmountOutOfRange or UnknownCurrency for a body that can't be acted
    upon. Test orders say nothing.
    """
    return _READERS[delivery.topic](delivery)


def read(decoder: "msgspec.json.Decoder[_Body]", body: bytes) -> _Body:
    """Decode a body; NUL, which PostgreSQL can't hold, becomes the replacement character."""
    if b"\\u0000" in body:
        body = body.replace(b"\\u0000", b"\\ufffd")
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise PayloadNotUnderstood(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _mended(decoder, body)


def _mended(decoder: "msgspec.json.Decoder[_Body]", body: bytes) -> _Body:
    """Decode a body that holds half an emoji (`\\ud83d` alone), as cut texts do."""
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False)
        return decoder.decode(text.encode("utf-8", "replace"))
    except (ValueError, RecursionError, msgspec.MsgspecError):
        raise PayloadNotUnderstood("The body is not JSON.") from None


_ORDER = msgspec.json.Decoder(payloads.OrderBody)
_REFUND = msgspec.json.Decoder(payloads.RefundBody)
_CUSTOMER = msgspec.json.Decoder(payloads.CustomerBody)
_NAMED = msgspec.json.Decoder(payloads.Named)
_MERGE = msgspec.json.Decoder(payloads.MergeBody)
_REQUEST = msgspec.json.Decoder(payloads.RequestBody)
_ASKS = {"customers/data_request": Kind.ACCESS, "customers/redact": Kind.ERASURE}


def _order(delivery: Delivery) -> Fact:
    body = read(_ORDER, delivery.body)
    if body.test:
        return Nothing()
    snapshot = _snapshot(body, delivery)
    paid = delivery.topic == "orders/paid" or body.financial_status in _PAID
    fulfilled = delivery.topic == "orders/fulfilled" or body.fulfillment_status == "fulfilled"
    cancelled_at = _utc(body.cancelled_at)
    if cancelled_at is None and delivery.topic == "orders/cancelled":
        cancelled_at = snapshot.version
    facts = Facts(
        merchant_id=delivery.merchant_id,
        store_id=delivery.store_id,
        external_id=_id(body.id),
        snapshot=snapshot,
        contact=_buyer(body, delivery),
        paid_at=_paid_at(body, snapshot) if paid else None,
        fulfilled_at=snapshot.version if fulfilled else None,
        cancelled_at=cancelled_at,
        refunds=_refunds(body, snapshot, delivery) if body.refunds else (),
    )
    codes, referral_code = naming.codes_of(body), naming.referral_code_of(body)
    if not codes and not referral_code:
        return facts
    return Bought(facts, codes, referral_code, naming.marks_of(body) if referral_code else {})


def _paid_at(body: payloads.OrderBody, snapshot: Snapshot) -> datetime:
    """When a paid order was paid: with its last payment where the body lists them.

    Else when the shop described it, which for an order paid long ago may be much later.
    """
    payments = [
        at
        for it in body.transactions or ()
        if it.status == "success" and it.kind in ("sale", "capture")
        if (at := _utc(it.processed_at or it.created_at))
    ]
    return min(max(payments), snapshot.version) if payments else snapshot.version


def _snapshot(body: payloads.OrderBody, delivery: Delivery) -> Snapshot:
    both = body.total_price_set
    shop, paid = (both.shop_money, both.presentment_money) if both else (None, None)
    currency = (shop and (shop.currency_code or shop.currency)) or body.currency
    if not is_currency(currency):
        raise UnknownCurrency(fields={"currency": currency[:8]})
    included = body.taxes_included is True
    lines: list[Line] = []
    tips = ZERO
    for item in body.line_items:
        line = _line(item, included=included)
        if item.tip is None:
            lines.append(line)
        else:
            tips += line.net
    placed_at = _utc(body.processed_at or body.created_at) or _moment(delivery)
    abroad = paid is not None and (paid.currency_code or paid.currency) not in (None, currency)
    return Snapshot(
        version=_utc(body.updated_at or body.created_at) or placed_at,
        placed_at=placed_at,
        number=body.name,
        channel=body.source_name,
        currency=currency,
        total=shop_amount(shop.amount if shop else body.total_price, None, "total_price"),
        lines=tuple(lines),
        shipping=_shipping(body, included=included),
        tips=max(tips, shop_amount(body.total_tip_received, None, "total_tip_received")),
        presentment_currency=paid.currency_code or paid.currency if paid and abroad else None,
        presentment_total=(
            shop_amount(paid.amount, None, "total_price_set") if paid and abroad else None
        ),
    )


def _line(item: payloads.LineItem, *, included: bool) -> Line:
    quantity = item.quantity
    current = quantity if item.current_quantity is None else item.current_quantity
    if not (0 <= quantity < _UNITS_LIMIT and 0 <= current < _UNITS_LIMIT):
        raise AmountOutOfRange(fields={"quantity": "is negative or too large"})
    price = _sane(shop_amount(item.price, item.price_set, "price") * quantity)
    discount = min(price, discount_of(item.discount_allocations, item.total_discount))
    tax = tax_of(item.tax_lines)
    net = price - discount
    if included:
        # The price holds the tax; a rounding at the shop must not turn a free line into a debt.
        net = max(ZERO, net - tax)
    return Line(
        id=_id(item.id),
        quantity=quantity,
        current_quantity=current,
        net=net,
        discount=discount,
        tax=tax,
        gift_card=item.gift_card is True,
        product=None if item.product_id is None else _id(item.product_id),
        variant=None if item.variant_id is None else _id(item.variant_id),
    )


def _shipping(body: payloads.OrderBody, *, included: bool) -> Decimal:
    if not body.shipping_lines:
        return shop_amount(None, body.total_shipping_price_set, "total_shipping_price_set")
    total = ZERO
    for line in body.shipping_lines:
        total += shop_amount(line.price, line.price_set, "shipping_lines")
        total -= discount_of(line.discount_allocations, None)
        if included:
            total -= tax_of(line.tax_lines)
    return max(ZERO, total)


def _buyer(body: payloads.OrderBody, delivery: Delivery) -> Contact:
    """Who bought. An account's own e-mail names it better than the one typed for this order."""
    customer = body.customer
    email = body.email or body.contact_email
    if customer is None:
        return _contact(delivery, None, email, body.phone, None, body.customer_locale)
    return _contact(
        delivery,
        customer.id,
        customer.email or email,
        customer.phone or body.phone,
        _name(customer),
        body.customer_locale,
    )


def _contact(
    delivery: Delivery,
    external_id: payloads.Id | None,
    email: str | None,
    phone: str | None,
    name: str | None,
    locale: str | None,
) -> Contact:
    return Contact(
        merchant_id=delivery.merchant_id,
        store_id=delivery.store_id,
        provider=None if external_id is None else PROVIDER,
        external_id=None if external_id is None else _id(external_id),
        email=email,
        phone=phone,
        name=name,
        locale=locale,
    )


def _name(customer: payloads.CustomerBody) -> str | None:
    return " ".join(part for part in (customer.first_name, customer.last_name) if part) or None


def _refunds(
    body: payloads.OrderBody, snapshot: Snapshot, delivery: Delivery
) -> tuple[Refund, ...]:
    found = {_id(it.id): _refund(it, delivery) for it in body.refunds or () if not _is_test(it)}
    return tuple(found[key] for key in sorted(found))


def _refund(body: payloads.RefundBody, delivery: Delivery) -> Refund:
    lines: dict[str, int] = {}
    for item in body.refund_line_items or ():
        if not 0 <= item.quantity < _UNITS_LIMIT:
            raise AmountOutOfRange(fields={"refund_line_items": "a quantity is out of range"})
        lines[_id(item.line_item_id)] = lines.get(_id(item.line_item_id), 0) + item.quantity
    shipping, tax = given_back_besides_goods(body)
    amount, currency, moved = money_moved(body)
    return Refund(
        id=_id(body.id),
        occurred_at=_utc(body.processed_at or body.created_at) or _moment(delivery),
        effective=moved or not body.transactions,
        lines=lines,
        amount=max(ZERO, amount - shipping - tax),
        tax=tax,
        shipping=shipping,
        currency=currency,
    )


def _is_test(body: payloads.RefundBody) -> bool:
    return bool(body.transactions) and all(it.test for it in body.transactions or ())


def _lone_refund(delivery: Delivery) -> Fact:
    body = read(_REFUND, delivery.body)
    if _is_test(body):
        return Nothing()
    if body.order_id is None:
        raise PayloadNotUnderstood("The refund doesn't say which order it belongs to.")
    return Facts(
        merchant_id=delivery.merchant_id,
        store_id=delivery.store_id,
        external_id=_id(body.order_id),
        refunds=(_refund(body, delivery),),
    )


def _deleted_order(delivery: Delivery) -> Fact:
    return Facts(
        merchant_id=delivery.merchant_id,
        store_id=delivery.store_id,
        external_id=_id(read(_NAMED, delivery.body).id),
        deleted_at=_moment(delivery),
    )


def _customer(delivery: Delivery) -> Fact:
    body = read(_CUSTOMER, delivery.body)
    if body.id is None:
        raise PayloadNotUnderstood("The customer has no id.")
    contact = _contact(delivery, body.id, body.email, body.phone, _name(body), body.locale)
    version = _utc(body.updated_at) or _moment(delivery)
    profile = Profile(contact, version, has_account=body.state == "enabled")
    words = words_of(_account(delivery, _id(body.id)), body, _utc, otherwise=version)
    return Told(words, profile) if words else profile


def _consent(delivery: Delivery) -> Fact:
    body = read(_CUSTOMER, delivery.body)
    if body.customer_id is None:
        raise PayloadNotUnderstood("The consent doesn't say whose it is.")
    whose = _account(delivery, _id(body.customer_id))
    words = words_of(whose, body, _utc, otherwise=_moment(delivery))
    return Told(words) if words else Nothing()


def _deleted_customer(delivery: Delivery) -> Fact:
    return AccountDeleted(_account(delivery, _id(read(_NAMED, delivery.body).id)))


def _merged_customers(delivery: Delivery) -> Fact:
    body = read(_MERGE, delivery.body)
    if body.status == "failed":
        return Nothing()
    return AccountsMerged(
        kept=_account(delivery, _last_part(body.admin_graphql_api_id_customer_kept)),
        merged=_account(delivery, _last_part(body.admin_graphql_api_id_customer_deleted)),
    )


def _asked(delivery: Delivery) -> Fact:
    who = _account(delivery, _id(read(_REQUEST, delivery.body).customer.id))
    return Asked(who, _ASKS[delivery.topic], _moment(delivery))


def _uninstalled(delivery: Delivery) -> Fact:
    return Uninstalled()


def _account(delivery: Delivery, external_id: str) -> AccountRef:
    return AccountRef(delivery.merchant_id, delivery.store_id, PROVIDER, external_id)


def _last_part(gid: str) -> str:
    """`gid://shopify/Customer/1` names customer 1."""
    return _id(gid.rpartition("/")[2])


def _id(value: payloads.Id) -> str:
    if isinstance(value, int) and value.bit_length() > _ID_BITS:
        raise PayloadNotUnderstood("An id is too long.")
    text = str(value)
    if not 0 < len(text) <= _ID_LENGTH:
        raise PayloadNotUnderstood("An id is empty or too long.")
    return text


def _utc(instant: datetime | None) -> datetime | None:
    if instant is None:
        return None
    try:
        utc = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except OverflowError:
        utc = None
    if utc is None or not is_within_time(utc):
        raise PayloadNotUnderstood("A date lies outside of time.")
    return utc


def _moment(delivery: Delivery) -> datetime:
    return delivery.triggered_at or delivery.received_at


def _sane(amount: Decimal) -> Decimal:
    """A line's amount, refused where price times quantity has grown beyond reason."""
    return shop_amount(amount, None, "line_items")


_READERS: dict[str, Callable[[Delivery], Fact]] = {
    "orders/create": _order,
    "orders/paid": _order,
    "orders/updated": _order,
    "orders/cancelled": _order,
    "orders/fulfilled": _order,
    "orders/delete": _deleted_order,
    "refunds/create": _lone_refund,
    "customers/create": _customer,
    "customers/update": _customer,
    "customers_email_marketing_consent/update": _consent,
    "customers_marketing_consent/update": _consent,
    "customers/merge": _merged_customers,
    "customers/delete": _deleted_customer,
    **dict.fromkeys(_ASKS, _asked),
    "app/uninstalled": _uninstalled,
}

HANDLED = frozenset(_READERS)
"""The topics that change something here."""
REQUESTS = frozenset({"shop/redact"})
"""The topics that ask something of people."""
