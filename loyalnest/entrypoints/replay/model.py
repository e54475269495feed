"""What the ledger must hold after a log was replayed, by arithmetic of its own.

It knows the default program alone: one point for each whole pound of an order's articles, gift
cards aside; what is taken back takes its points along. Nothing is shared with the code that it
judges, so that an error there can't hide here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from loyalnest.entrypoints.replay.log import Order, Record, Refund


def expected_points(records: Iterable[Record]) -> dict[str, int]:
    """Points of every customer of a log, by the customer's number in it."""
    points: Counter[str] = Counter()
    returned: defaultdict[str, Counter[int]] = defaultdict(Counter)
    orders: dict[str, Order] = {}
    for record in records:
        if isinstance(record, Refund):
            returned[record.order.number].update(dict(record.lines))
        else:
            orders[record.number] = record
    for number, order in orders.items():
        if order.customer:
            points[order.customer] += _earned(order) - _clawed_back(order, returned[number])
    return dict(points)


def _earned(order: Order) -> int:
    return int(sum(_spends(order), Decimal(0)))


def _clawed_back(order: Order, returned: Mapping[int, int]) -> int:
    shares = _shares(_earned(order), _spends(order))
    return sum(
        shares[index] * quantity // order.lines[index].quantity
        for index, quantity in returned.items()
    )


def _spends(order: Order) -> list[Decimal]:
    return [Decimal(0) if line.is_gift_card else line.price * line.quantity for line in order.lines]


def _shares(points: int, weights: list[Decimal]) -> list[int]:
    """Points spread over the lines by weight; the largest remainders get what is left over."""
    total = sum(weights, Decimal(0))
    if not total:
        return [0] * len(weights)
    exact = [points * Fraction(weight) / Fraction(total) for weight in weights]
    shares = [int(part) for part in exact]
    by_remainder = sorted(
        range(len(exact)), key=lambda index: (shares[index] - exact[index], index)
    )
    for index in by_remainder[: points - sum(shares)]:
        shares[index] += 1
    return shares
