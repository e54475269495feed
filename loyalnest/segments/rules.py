"""How buying is scored. Pure; the database scores by tables that are made from these functions.

Recency counts days in the merchant's calendar since the last order, frequency counts orders, money
is the customer's spend in multiples of the merchant's average order. Of whom no amount is known,
because nobody keyed one in at the counter, money is not judged apart: it scores as frequency does.
"""

from decimal import Decimal

from loyalnest.segments.values import Segment

RECENCY_DAYS = ((7, 5), (30, 4), (60, 3), (90, 2))
"""Up to so many days: this score; beyond the last: 1."""
FREQUENCY_ORDERS = ((1, 1), (3, 2), (6, 3), (10, 4))
"""Up to so many orders: this score; beyond the last: 5."""
MONEY_BELOW = ((Decimal("0.5"), 1), (Decimal(1), 2), (Decimal(2), 3))
"""Below so many average orders: this score."""
MONEY_UP_TO = (Decimal(5), 4)
"""Up to so many: this score; beyond: 5."""
SCORES = range(1, 6)


def recency_of(days: int) -> int:
    """The score for so many days since the last order."""
    return next((score for limit, score in RECENCY_DAYS if days <= limit), 1)


def frequency_of(orders: int) -> int:
    """The score for so many orders."""
    return next((score for limit, score in FREQUENCY_ORDERS if orders <= limit), 5)


def money_of(multiple: Decimal | None, orders: int) -> int:
    """The score for a spend of so many average orders; None where no amount is known."""
    if multiple is None:
        return frequency_of(orders)
    below = next((score for limit, score in MONEY_BELOW if multiple < limit), None)
    if below is not None:
        return below
    limit, score = MONEY_UP_TO
    return score if multiple <= limit else 5


def segment_of(recency: int, frequency: int, money: int) -> Segment:
    """The segment of three scores; every one of the 125 has one.

    Who bought once is judged by recency alone: one large order is no habit yet.
    """
    if frequency == 1:
        return _SINGLE[recency]
    value = frequency + money
    return next(segment for least, segment in _REPEAT[recency] if value >= least)


_SINGLE = {
    5: Segment.NEW,
    4: Segment.NEW,
    3: Segment.PROMISING,
    2: Segment.HIBERNATING,
    1: Segment.LOST,
}
# Recency → from this sum of frequency and money on.
_RECENT = ((8, Segment.CHAMPIONS), (6, Segment.LOYAL), (0, Segment.POTENTIAL_LOYAL))
_REPEAT = {
    5: _RECENT,
    4: _RECENT,
    3: ((8, Segment.LOYAL), (5, Segment.NEEDS_ATTENTION), (0, Segment.PROMISING)),
    2: ((8, Segment.CANT_LOSE), (5, Segment.AT_RISK), (0, Segment.HIBERNATING)),
    1: (
        (8, Segment.CANT_LOSE),
        (6, Segment.AT_RISK),
        (4, Segment.HIBERNATING),
        (0, Segment.LOST),
    ),
}


def every_segment() -> list[str]:
    """The segment of every triple of scores, by (recency, frequency, money) in turn."""
    return [
        segment_of(recency, frequency, money).value
        for recency in SCORES
        for frequency in SCORES
        for money in SCORES
    ]
