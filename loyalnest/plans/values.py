"""The words of this module: plans, and what a month has used of one."""

from dataclasses import dataclass
from datetime import date

THRESHOLDS = (80, 100)
"""Per cent of a plan at which the merchant is told, once a month each."""


@dataclass(frozen=True, slots=True)
class Plan:
    """So many orders a month; None for as many as there are."""

    name: str
    orders: int | None


PLANS = {
    plan.name: plan
    for plan in (
        Plan("unlimited", None),
        Plan("free", 300),
        Plan("starter", 500),
        Plan("growth", 1_500),
    )
}


@dataclass(frozen=True, slots=True)
class Usage:
    """What a merchant's month has used of the plan so far."""

    plan: Plan
    month: date
    """The first day of the month, by the merchant's calendar."""
    orders: int

    @property
    def percent(self) -> int | None:
        """Of the plan, rounded down; None where it has no limit."""
        return None if self.plan.orders is None else self.orders * 100 // self.plan.orders

    @property
    def threshold(self) -> int | None:
        """The highest threshold that is reached."""
        used = self.percent
        return max((each for each in THRESHOLDS if used is not None and used >= each), default=None)
