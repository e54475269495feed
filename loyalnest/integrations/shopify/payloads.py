"""What is read of Shopify's bodies: only the fields that count, everything else is skipped.

Amounts are `Decimal`, whether they come as strings or as JSON numbers, and are read digit by digit.
Ids are numbers of any size or strings. Hardly anything is required: the fields differ by topic, by
version and by age, and a body with an order's id and lines is worth having.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec

Id: TypeAlias = int | str


class Money(msgspec.Struct):
    """An amount and its currency, under either of the names Shopify has for it."""

    amount: Decimal
    currency_code: str | None = None
    currency: str | None = None


class MoneySet(msgspec.Struct):
    """An amount in the shop's currency and in the buyer's; points are earned on the shop's."""

    shop_money: Money | None = None
    presentment_money: Money | None = None


class ShopMoney(msgspec.Struct):
    """A `MoneySet` where the buyer's currency doesn't matter."""

    shop_money: Money | None = None


class Allocation(msgspec.Struct):
    """The part of a discount that falls on a line."""

    amount: Decimal | None = None
    amount_set: ShopMoney | None = None


class Tax(msgspec.Struct):
    """One tax on a line."""

    price: Decimal | None = None
    price_set: ShopMoney | None = None


class Tip(msgspec.Struct):
    """Marks a line as a tip; what it says is not read."""

    payment_method: str | None = None


class LineItem(msgspec.Struct):
    """One line of an order."""

    id: Id
    quantity: int
    price: Decimal | None = None
    price_set: ShopMoney | None = None
    current_quantity: int | None = None
    product_id: Id | None = None
    variant_id: Id | None = None
    gift_card: bool | None = None
    tip: Tip | None = None
    total_discount: Decimal | None = None
    discount_allocations: list[Allocation] | None = None
    tax_lines: list[Tax] | None = None


class ShippingLine(msgspec.Struct):
    """One way of shipping that was paid for."""

    price: Decimal | None = None
    price_set: ShopMoney | None = None
    discount_allocations: list[Allocation] | None = None
    tax_lines: list[Tax] | None = None


class RefundLine(msgspec.Struct):
    """Units of one line that a refund takes back."""

    line_item_id: Id
    quantity: int


class Adjustment(msgspec.Struct):
    """What makes a refund differ from its lines: shipping, or an amount chosen by hand."""

    kind: str | None = None
    amount: Decimal | None = None
    amount_set: ShopMoney | None = None
    tax_amount: Decimal | None = None
    tax_amount_set: ShopMoney | None = None


class RefundShipping(msgspec.Struct):
    """Shipping that a refund gives back, as newer versions say it."""

    subtotal_amount_set: ShopMoney | None = None
    tax_amount_set: ShopMoney | None = None


class Transaction(msgspec.Struct):
    """One movement of money."""

    kind: str | None = None
    status: str | None = None
    amount: Decimal | None = None
    amount_set: ShopMoney | None = None
    currency: str | None = None
    test: bool | None = None
    created_at: datetime | None = None
    processed_at: datetime | None = None


class RefundBody(msgspec.Struct):
    """A refund, by itself or inside its order."""

    id: Id
    order_id: Id | None = None
    created_at: datetime | None = None
    processed_at: datetime | None = None
    refund_line_items: list[RefundLine] | None = None
    transactions: list[Transaction] | None = None
    order_adjustments: list[Adjustment] | None = None
    refund_shipping_lines: list[RefundShipping] | None = None


class MarketingConsent(msgspec.Struct):
    """What a customer said about one channel, and when."""

    state: str | None = None
    opt_in_level: str | None = None
    consent_updated_at: datetime | None = None


class CustomerBody(msgspec.Struct):
    """A customer, by itself or inside an order.

    Since 2025 consents come under topics of their own, which name the customer as `customer_id`;
    in what older versions send they are with the customer.
    """

    id: Id | None = None
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    locale: str | None = None
    """What they read; some versions of the webhooks leave it out."""
    state: str | None = None
    updated_at: datetime | None = None
    customer_id: Id | None = None
    email_marketing_consent: MarketingConsent | None = None
    sms_marketing_consent: MarketingConsent | None = None


class DiscountCode(msgspec.Struct):
    """A code that the buyer typed in."""

    code: str | None = None


class Attribute(msgspec.Struct):
    """What the shop's pages noted of a cart; of the value only a text can mean something to us."""

    name: str | None = None
    value: Any = None


class Address(msgspec.Struct):
    """Where an order goes. Nothing of it is kept; two who get theirs at one place share a mark."""

    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    zip: str | None = None
    country_code: str | None = None


class OrderBody(msgspec.Struct):
    """An order."""

    id: Id
    line_items: list[LineItem]
    currency: str
    test: bool | None = None
    name: str | None = None
    email: str | None = None
    contact_email: str | None = None
    phone: str | None = None
    customer: CustomerBody | None = None
    customer_locale: str | None = None
    source_name: str | None = None
    created_at: datetime | None = None
    processed_at: datetime | None = None
    updated_at: datetime | None = None
    cancelled_at: datetime | None = None
    financial_status: str | None = None
    fulfillment_status: str | None = None
    taxes_included: bool | None = None
    total_price: Decimal | None = None
    total_price_set: MoneySet | None = None
    total_shipping_price_set: ShopMoney | None = None
    shipping_lines: list[ShippingLine] | None = None
    total_tip_received: Decimal | None = None
    refunds: list[RefundBody] | None = None
    transactions: list[Transaction] | None = None
    discount_codes: list[DiscountCode] | None = None
    note_attributes: list[Attribute] | None = None
    browser_ip: str | None = None
    shipping_address: Address | None = None


class Named(msgspec.Struct):
    """A body of which nothing but the id counts."""

    id: Id


class RequestBody(msgspec.Struct):
    """What somebody asked the shop about their data; only whose it is counts."""

    customer: Named


class MergeBody(msgspec.Struct):
    """Two customers made one."""

    admin_graphql_api_id_customer_kept: str
    admin_graphql_api_id_customer_deleted: str
    status: str | None = None
