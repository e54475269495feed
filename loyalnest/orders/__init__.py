"""Purchases and refunds in one shape, wherever they came from.

An order is what is known of it: `Facts`, joined as they arrive. The join doesn't care for order or
repetition, so that a refund may come before its order and a cancellation stays final. Who bought is
found once, by the identity the order came through. Points are none of this module's business.
"""

from loyalnest.orders.errors import (
    AmountOutOfRange,
    OrderNotFound,
    OwnCurrency,
    RateGiven,
    UnknownCurrency,
)
from loyalnest.orders.events import (
    OrderCancelled,
    OrderEdited,
    OrderPaid,
    OrderRecorded,
    OrderRefunded,
)
from loyalnest.orders.queries import get, sources_of, tally, totals_of, with_earlier_ones
from loyalnest.orders.rates import (
    COUNTER,
    COUNTS,
    OWN_MONEY,
    ExchangeRate,
    add_rate,
    find_rate,
    list_rates,
)
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
    "COUNTER",
    "COUNTS",
    "OWN_MONEY",
    "AmountOutOfRange",
    "ExchangeRate",
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
    "OwnCurrency",
    "RateGiven",
    "RecordedOrder",
    "Refund",
    "Snapshot",
    "Total",
    "UnknownCurrency",
    "add_rate",
    "find_rate",
    "get",
    "in_shop_money",
    "join",
    "kept_spend",
    "list_rates",
    "record_many",
    "sources_of",
    "tally",
    "totals_of",
    "with_earlier_ones",
]
