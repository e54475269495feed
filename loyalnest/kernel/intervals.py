"""Where a figure may lie: intervals for shares and their differences, and for means.

Sources: Wilson (1927) for a share; Newcombe (1998), method 10, for a difference of shares; Welch
(1947) for a difference of means; Abramowitz and Stegun 26.7.5 for the quantile of Student's t.
"""

import math
from statistics import NormalDist
from typing import NamedTuple

_NORMAL = NormalDist()


class Interval(NamedTuple):
    """From where to where a figure may lie."""

    low: float
    high: float


class Sample(NamedTuple):
    """Figures of a group, added up."""

    size: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        """What one of them comes to."""
        return self.total / self.size

    @property
    def variance_of_mean(self) -> float:
        """How far off the mean may be, squared; there are two at least."""
        spread = max(0.0, self.squares - self.total * self.total / self.size)
        return spread / (self.size - 1) / self.size


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


def means_between(first: Sample, other: Sample, z: float) -> tuple[float, Interval]:
    """How far another mean lies above the first one, and where that may lie: Welch's interval.

    `z` is the normal distribution's; there are ten in each group at least.
    """
    difference = other.mean - first.mean
    parts = first.variance_of_mean, other.variance_of_mean
    variance = sum(parts)
    if not variance:
        return difference, Interval(difference, difference)
    freedom = variance**2 / (parts[0] ** 2 / (first.size - 1) + parts[1] ** 2 / (other.size - 1))
    reach = _student(z, freedom) * math.sqrt(variance)
    return difference, Interval(difference - reach, difference + reach)


def _student(z: float, freedom: float) -> float:
    """The quantile of Student's t where the normal distribution has `z`, by its expansion."""
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / freedom + second / freedom**2
