"""The statistics of experiments: how many it takes, what may be said, and whether all is well.

Where each formula comes from is told in docs/explanation/experiments.md.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

from loyalnest.experiments.values import Plan
from loyalnest.kernel.intervals import critical

_NORMAL = NormalDist()


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
