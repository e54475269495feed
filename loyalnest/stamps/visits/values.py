"""The words of this part: a stay at a store, the visit it makes, and a customer's rhythm."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, NewType
from uuid import UUID

import msgspec

VisitId = NewType("VisitId", UUID)
VISIT = "vis"
"""How its ids begin on the wire."""

Pair = tuple[UUID, UUID]
"""A merchant and one of its living customers."""


class Place(NamedTuple):
    """Where whose stampings belong together: merchant, customer, and the store, if it is known."""

    merchant_id: UUID
    customer_id: UUID
    store_id: UUID | None


class Given(NamedTuple):
    """A stamping that counts, as far as visits are concerned."""

    occurred_at: datetime
    purchase: Decimal | None


class Stay(NamedTuple):
    """Stampings that belong together."""

    began_at: datetime
    ended_at: datetime
    """When the last of them was given."""
    stampings: int
    amount: Decimal | None
    """What was paid, as far as it was keyed in; None where nothing was."""


class Visit(msgspec.Struct, frozen=True):
    """One stay of a customer at a store, as it is kept."""

    id: VisitId
    place: Place
    stay: Stay
    order_store_id: UUID | None
    """In whose books its order is; None for a merchant without any store."""
    changed_at: datetime


class Settled(msgspec.Struct, frozen=True):
    """What becomes of the visits of one place."""

    begun: tuple[Stay, ...]
    changed: tuple[tuple[Visit, Stay], ...]
    gone: tuple[Visit, ...]


class Days(msgspec.Struct, frozen=True):
    """The days somebody came on, as far as their rhythm asks for them."""

    visits: int
    first_at: datetime
    last_at: datetime
    latest: tuple[date, ...]
    """By the merchant's calendar, the newest first."""


class Tempo(msgspec.Struct, frozen=True):
    """How often somebody comes, in days."""

    own_days: Decimal | None
    """The median of their own gaps; None before the second day."""
    gap_days: Decimal
    """The typical gap, for which the other guests' speaks until there are enough of their own."""
    allowed_days: int
    """So many days may pass before they are late."""


class Standing(StrEnum):
    """Whether somebody comes as often as they do."""

    REGULAR = "regular"
    AT_RISK = "at_risk"
    """Late by their own rhythm."""
    LOST = "lost"
    """Away so long that they are no longer expected."""


class Rhythm(msgspec.Struct, frozen=True):
    """How often one customer comes."""

    customer_id: UUID
    visits: int
    first_at: datetime
    last_at: datetime
    last_store_id: UUID | None
    gap_days: Decimal
    """The typical gap between the days they come on."""
    late_at: datetime
    """From when on they are late by their own rhythm."""
    lost_at: datetime
    """From when on they are no longer expected."""

    def standing(self, now: datetime) -> Standing:
        """Whether they are expected, late, or given up at an instant."""
        if now < self.late_at:
            return Standing.REGULAR
        return Standing.AT_RISK if now < self.lost_at else Standing.LOST
