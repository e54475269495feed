"""The rails that keep a journey from doing harm: each has a code of its own."""

from decimal import Decimal

from loyalnest.journeys import errors
from loyalnest.journeys.values import Inactivity, JourneyPlan

DAYS = (7, 30)
"""Without an order: before a week nobody is missed, after a month the shop is forgotten."""
DISCOUNT = (Decimal(5), Decimal(50))
"""Per cent that a journey may take off: less moves nobody, more is mostly a slip of the finger."""
NAME = (3, 255)


def check(plan: JourneyPlan) -> None:
    """Raises InactivityOutOfBounds, NameOutOfBounds."""
    days = plan.trigger.days if isinstance(plan.trigger, Inactivity) else None
    if days is not None and not DAYS[0] <= days <= DAYS[1]:
        raise errors.InactivityOutOfBounds(fields={"plan.trigger.days": "is not 7 to 30"})
    if not NAME[0] <= len(plan.name.strip()) <= NAME[1]:
        raise errors.NameOutOfBounds(fields={"plan.name": "has not 3 to 255 characters"})


def check_discount(percent: Decimal | None) -> None:
    """Raises DiscountOutOfBounds."""
    if percent is not None and not DISCOUNT[0] <= percent <= DISCOUNT[1]:
        raise errors.DiscountOutOfBounds
