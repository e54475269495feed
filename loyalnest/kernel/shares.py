"""Sharing a whole number out so that the shares add up: the largest-remainder method.

Source: Hamilton's method of apportionment, as in Balinski and Young, *Fair Representation* (1982).
"""

from collections.abc import Sequence
from decimal import Decimal


def share_out(total: int, weights: Sequence[Decimal]) -> list[int]:
    """Share `total` out in proportion to weights; the shares add up to it exactly.

    Of equal remainders the earlier one comes first. Weights are ≥ 0 and not all zero.
    """
    if len(weights) == 1:
        return [total]
    places = max(0, *(-int(weight.as_tuple().exponent) for weight in weights))
    whole = [int(weight.scaleb(places)) for weight in weights]
    sum_of = sum(whole)
    shares = [total * weight // sum_of for weight in whole]
    missing = total - sum(shares)
    if missing:
        by_remainder = sorted(
            range(len(whole)), key=lambda i: total * whole[i] % sum_of, reverse=True
        )
        for i in by_remainder[:missing]:
            shares[i] += 1
    return shares
