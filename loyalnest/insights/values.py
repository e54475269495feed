"""The words of this module: a range of days, and what came of it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import msgspec

EVERYWHERE = UUID(int=0)
"""In the place of a store: all of them, or none that is known."""
DAYS_AT_MOST = 400


class Range(NamedTuple):
    """Whole days of the merchant's, both counted."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Range":
        """As many days right before."""
        span = timedelta(days=self.days)
        return Range(self.first - span, self.last - span)


class ShopDay(NamedTuple):
    """One day's visits and rewards."""

    day: date
    visits: int
    rewards_given: int


class ShopHour(NamedTuple):
    """Visits of one hour of the week."""

    weekday: int
    """1 is Monday."""
    hour: int
    visits: int


class ShopClerk(NamedTuple):
    """What somebody at the counter did."""

    by: str
    """A clerk's id on the wire, or who was signed in (`staff:stf_…`, `api_key:key_…`)."""
    stampings: int
    stamps: int
    undone: int
    rewards_given: int


class Guests(NamedTuple):
    """How many different customers came."""

    active: int
    new: int
    returning: int
    before: int
    """How many came in as many days right before."""
    retained: int
    """How many of those came again."""


class Metrics(msgspec.Struct, frozen=True):
    """What came of a range of days, at one store or at all of them."""

    guests: Guests
    at_risk: int
    """Now, whatever the range."""
    visits: int
    stamps: int
    cards_opened: int
    rewards_earned: int
    rewards_given: int
    rewards_cost: Decimal
    days: tuple[ShopDay, ...]
    hours: tuple[ShopHour, ...]
    clerks: tuple[ShopClerk, ...]
