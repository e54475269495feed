"""Purchases and refunds in one shape, wherever they came from.

An order is what is known of it: `Facts`, joined as they arrive. The join doesn't care for order or
repetition, so that a refund may come before its order and a cancellation stays final. Who bought is
found once, by the identity the order came through. Points are none of this module's business.
"""

from loyalnest.orders.errors import AmountOutOfRange, OrderNotFound, UnknownCurrency
from loyalnest.orders.events import (
    OrderCancelled,
    OrderEdited,
    OrderPaid,
    OrderRecorded,
    OrderRefunded,
)
from loyalnest.orders.queries import get, sources_of, tally, totals_of, with_earlier_ones
from loyalnest.orders.routes import router
from loyalnest.orders.rules import in_shop_money, join, kept_spend
from loyalnest.orders.service import record_many
from loyalnest.orders.values import (
    Facts,
    Line,
    Order,
    OrderId,
    RecordedOrder,
    Refund,
    Snapshot,
    Total,
)

__all__ = [
    "AmountOutOfRange",
    "Facts",
    "Line",
    "Order",
    "OrderCancelled",
    "OrderEdited",
    "OrderId",
    "OrderNotFound",
    "OrderPaid",
    "OrderRecorded",
    "OrderRefunded",
    "RecordedOrder",
    "Refund",
    "Snapshot",
    "Total",
    "UnknownCurrency",
    "get",
    "in_shop_money",
    "join",
    "kept_spend",
    "record_many",
    "router",
    "sources_of",
    "tally",
    "totals_of",
    "with_earlier_ones",
]
