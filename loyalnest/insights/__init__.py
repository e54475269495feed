"""The dashboards' numbers: reads what others keep, writes only what it has added up of it.

A shop's days are kept in figures that are brought up to date with each batch of news and can be
made again from the facts at any time, with the same result.
"""

from loyalnest.insights.errors import RangeTooEarly, RangeTooLate, RangeTooLong, RangeUpsideDown
from loyalnest.insights.queries import metrics_of
from loyalnest.insights.service import rebuild
from loyalnest.insights.subscribers import SHOP
from loyalnest.insights.values import Metrics, Range, ShopClerk

__all__ = [
    "SHOP",
    "Metrics",
    "Range",
    "RangeTooEarly",
    "RangeTooLate",
    "RangeTooLong",
    "RangeUpsideDown",
    "ShopClerk",
    "metrics_of",
    "rebuild",
]
