"""Facts about purchases that others may want to know."""

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class OfOrder(Event, frozen=True, kw_only=True):
    """What every fact about a purchase says."""

    order_id: UUID
    store_id: UUID


class OrderRecorded(OfOrder, frozen=True, kw_only=True):
    """A purchase is known, with its lines. Announced once."""

    type: ClassVar[str] = "order.recorded"

    currency: str
    total: Decimal
    spend: Decimal
    channel: str | None
    paid: bool = False
    """Whether it was paid when it became known; if not, `order.paid` tells when it is."""


class OrderPaid(OfOrder, frozen=True, kw_only=True):
    """A purchase that was known already has been paid. Announced once."""

    type: ClassVar[str] = "order.paid"


class OrderEdited(OfOrder, frozen=True, kw_only=True):
    """What a purchase comes to has changed without a refund: its lines were edited, or it is known
    by now what its currency is worth."""

    type: ClassVar[str] = "order.edited"

    kept: Decimal
    """What remains spent on goods, in the order's currency."""


class OrderRefunded(OfOrder, frozen=True, kw_only=True):
    """A refund of a purchase has taken effect. Announced once for each refund."""

    type: ClassVar[str] = "order.refunded"

    refund_id: str
    lines: dict[str, int]
    amount: Decimal


class OrderCancelled(OfOrder, frozen=True, kw_only=True):
    """A purchase was cancelled, or deleted at its shop. Announced once."""

    type: ClassVar[str] = "order.cancelled"
