"""The words of this module: what an order should have earned by now."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from loyalnest.campaigns import Boost, Part

SHIPPING = "shipping"
TIPS = "tips"


@dataclass(frozen=True, slots=True)
class Worth:
    """What an order's spend alone is worth: whole points for all of it, and each part's share.

    Parts are lines, the shipping and the tips, as far as they count.
    """

    points: int
    spend: Decimal
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Award:
    """What an order is worth under the program of its day."""

    points: int
    spend: Decimal
    rate: Decimal
    parts: tuple[Part, ...]
    base: int
    """What the spend alone is worth."""
    boosts: tuple[Boost, ...] = ()
    added: tuple[int, ...] = ()
    """What each boost adds to the base."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the books should stand for one order, all that is known of it considered."""

    earned: int
    clawed: int
    award: Award
    awarded_at: datetime | None
    """When the order met the condition; None: it hasn't, and earns nothing yet."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What the books hold for one order already."""

    earned: int = 0
    clawed: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One posting that brings the books nearer to the target."""

    name: str
    amount: int
    """Signed: above zero it adds to the balance."""


NOTHING = Award(points=0, spend=Decimal(0), rate=Decimal(0), parts=(), base=0)
