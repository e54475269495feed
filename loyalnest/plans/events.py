"""What this module announces."""

from datetime import date
from typing import ClassVar

from loyalnest.kernel.events import Event


class UsageThresholdReached(Event, frozen=True, kw_only=True):
    """A month's orders have reached 80 or 100 per cent of the plan. Nothing stops."""

    type: ClassVar[str] = "usage.threshold_reached"

    month: date
    percent: int
    orders: int
    limit: int
    plan: str
