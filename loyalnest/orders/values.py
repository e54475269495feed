"""The words of this module: what a shop says about a purchase, whoever the shop is.

These are msgspec structs rather than dataclasses because thousands of them a second are made, and
read from and written to the `lines` of a row.
"""

from datetime import datetime
from decimal import Decimal
from typing import NewType
from uuid import UUID

import msgspec

from loyalnest.customers import Contact
from loyalnest.kernel.ids import to_wire
from loyalnest.ledger import Source

OrderId = NewType("OrderId", UUID)

ZERO = Decimal(0)


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of an order. Money is the line's, not the unit's, in the order's currency."""

    id: str
    quantity: int
    current_quantity: int
    """Units left after edits and refunds, as the shop counts them."""
    net: Decimal
    """What the line costs after discounts and without tax."""
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    gift_card: bool = False
    product: str | None = None
    variant: str | None = None


class Refund(msgspec.Struct, frozen=True):
    """What was given back, or taken off the order, at one time."""

    id: str
    occurred_at: datetime
    effective: bool
    """Whether it counts: no money was to move, or some of it has moved."""
    lines: dict[str, int]
    """Units by line; empty for a refund of money alone."""
    amount: Decimal = ZERO
    """Money that has gone back, less shipping and less the tax the refund states."""
    tax: Decimal = ZERO
    """Tax that the refund states; zero when it says nothing of tax."""
    shipping: Decimal = ZERO
    currency: str | None = None


class Snapshot(msgspec.Struct, frozen=True):
    """An order as its shop described it at one moment."""

    version: datetime
    """The shop's own time of the description; the newest wins."""
    placed_at: datetime
    number: str | None
    channel: str | None
    currency: str
    total: Decimal
    lines: tuple[Line, ...]
    shipping: Decimal = ZERO
    tips: Decimal = ZERO
    presentment_currency: str | None = None
    """The currency the buyer paid in, where it is another."""
    presentment_total: Decimal | None = None

    @property
    def spend(self) -> Decimal:
        """What was paid for goods: after discounts, without tax, shipping, tips and gift cards."""
        return sum((line.net for line in self.lines if not line.gift_card), ZERO)


class Facts(msgspec.Struct, frozen=True):
    """What is known of one order; any part may be missing.

    One message holds some facts, an order's row holds all that ever came. `rules.join` puts two of
    them together, in any order and any number of times with the same result.
    """

    merchant_id: UUID
    store_id: UUID
    external_id: str
    snapshot: Snapshot | None = None
    contact: Contact | None = None
    """Who bought, for finding the customer; never stored with the order."""
    buyer: UUID | None = None
    """Who bought, where that is known already; kept as the order's customer."""
    paid_at: datetime | None = None
    fulfilled_at: datetime | None = None
    cancelled_at: datetime | None = None
    deleted_at: datetime | None = None
    refunds: tuple[Refund, ...] = ()

    @property
    def key(self) -> tuple[UUID, UUID, str]:
        """What names the order outside: merchant, store, and the store's own id."""
        return (self.merchant_id, self.store_id, self.external_id)

    @property
    def gone_at(self) -> datetime | None:
        """When the order was cancelled or deleted, whichever was first."""
        instants = [at for at in (self.cancelled_at, self.deleted_at) if at]
        return min(instants) if instants else None


class Order(msgspec.Struct, frozen=True):
    """A purchase with all that is known of it."""

    id: OrderId
    customer_id: UUID | None
    """Who bought it, by the identity it came through; a merge of customers doesn't change it."""
    facts: Facts
    rate: Decimal | None = None
    """What a unit of its currency was worth in the merchant's own when it was placed; None for its
    own currency, and where nobody has said."""

    @property
    def source(self) -> Source:
        """How the books name the order as what caused an entry."""
        return source_of(self.id)


def source_of(order_id: OrderId) -> Source:
    """How the books name an order."""
    return Source("order", to_wire("ord", order_id))


class Total(msgspec.Struct, frozen=True):
    """What an order came to, in its own currency."""

    spend: Decimal
    """Its goods when it was placed: after discounts, without tax, shipping, tips, gift cards."""
    kept: Decimal
    """What is left of that after refunds and edits."""
    gone: bool
    """Whether it was cancelled or deleted."""


class RecordedOrder(msgspec.Struct, frozen=True):
    """An order after a batch, and what the batch changed about it."""

    order: Order
    before: Order | None
    """The order as it was; None when this batch made its row."""

    @property
    def changed(self) -> bool:
        """Whether the batch said anything new."""
        return self.before != self.order
