"""The one place that looks at the clock; everything else is given `now`."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(3000, 1, 1, tzinfo=UTC)


def is_within_time(instant: datetime) -> bool:
    """Whether an instant may be kept: far from the ends of the calendar.

    Days can be added to it, it exists in every time zone, and the driver doesn't take it for one of
    the database's infinities, which come back without a zone and compare with nothing.
    """
    return EARLIEST <= instant < LATEST
