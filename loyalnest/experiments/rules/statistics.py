"""The statistics of experiments: how many it takes, what may be said, and whether all is well.

Where each formula comes from is told in docs/explanation/experiments.md.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

from loyalnest.experiments.values import Interval, Plan

_NORMAL = NormalDist()


def critical(confidence: float, comparisons: int = 1) -> float:
    """How many standard errors either way hold a figure with this confidence.

    Several comparisons share the risk of being wrong (Bonferroni).
    """
    return _NORMAL.inv_cdf(1 - (1 - confidence) / comparisons / 2)


def share_between(reached: int, counted: int, z: float) -> Interval:
    """Where a share may lie: Wilson's score interval. `counted` is positive."""
    share, spread = reached / counted, z * z / counted
    middle = (share + spread / 2) / (1 + spread)
    reach = math.sqrt(spread * share * (1 - share) + spread * spread / 4) / (1 + spread)
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def difference_between(
    first: tuple[int, int], other: tuple[int, int], z: float
) -> tuple[float, Interval]:
    """How far another share lies above the first one, and where that may lie: Newcombe's interval.

    Each share is told as (reached, counted).
    """
    share, base = other[0] / other[1], first[0] / first[1]
    low, high = share_between(*other, z)
    base_low, base_high = share_between(*first, z)
    difference = share - base
    below = math.hypot(share - low, base_high - base)
    above = math.hypot(high - share, base - base_low)
    return difference, Interval(difference - below, difference + above)


def visitors_needed(plan: Plan, weights: Sequence[int]) -> list[int]:
    """How many visitors of each variant find the smallest difference worth knowing.

    The first variant is compared with each of the others, whichever of these needs most decides;
    the variants keep their proportions.
    """
    first, *others = weights
    of_first = max(_needed_of_first(plan, other / first, len(others)) for other in others)
    return [math.ceil(of_first * weight / first) for weight in weights]


def _needed_of_first(plan: Plan, ratio: float, comparisons: int) -> float:
    base, hoped = plan.baseline, plan.baseline + plan.effect
    pooled = (base + ratio * hoped) / (1 + ratio)
    by_chance = critical(plan.confidence, comparisons) * math.sqrt(
        (1 + ratio) * pooled * (1 - pooled)
    )
    missed = _NORMAL.inv_cdf(plan.power) * math.sqrt(
        ratio * base * (1 - base) + hoped * (1 - hoped)
    )
    return (by_chance + missed) ** 2 / (ratio * plan.effect**2)


def mismatch(visitors: Sequence[int], weights: Sequence[int]) -> float | None:
    """How probable it is by chance alone that shares lie this far off the weights.

    Pearson's χ² test of goodness of fit; None where there is nobody yet.
    """
    everybody, total = sum(visitors), sum(weights)
    if not everybody:
        return None
    expected = [everybody * weight / total for weight in weights]
    statistic = sum(
        (seen - awaited) ** 2 / awaited for seen, awaited in zip(visitors, expected, strict=True)
    )
    return chi_square_tail(statistic, len(weights) - 1)


def chi_square_tail(statistic: float, freedom: int) -> float:
    """The probability that a χ² variable of so many degrees of freedom is at least this large.

    In closed form, by the recurrence of the incomplete gamma function from 1 or 2 degrees on.
    """
    half = statistic / 2
    if freedom % 2:
        tail, order = math.erfc(math.sqrt(half)), 0.5
    else:
        tail, order = math.exp(-half), 1.0
    while order < freedom / 2:
        tail += math.exp(order * math.log(half) - half - math.lgamma(order + 1)) if half else 0.0
        order += 1
    return tail
