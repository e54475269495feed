"""Facts about the counter; a clerk's name is in none of them."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class _OfStamper(Event, frozen=True, kw_only=True):
    stamper_id: UUID


class StamperAdded(_OfStamper, frozen=True, kw_only=True):
    """A device is to be paired as a stamper."""

    type: ClassVar[str] = "stamper.added"


class StamperPaired(_OfStamper, frozen=True, kw_only=True):
    """A device was paired, for the first time or anew."""

    type: ClassVar[str] = "stamper.paired"

    pairing: int


class StamperStopped(_OfStamper, frozen=True, kw_only=True):
    """A device was cut off, or is lost."""

    type: ClassVar[str] = "stamper.stopped"

    lost: bool


class StamperRestored(_OfStamper, frozen=True, kw_only=True):
    """A device that was cut off may be paired again."""

    type: ClassVar[str] = "stamper.restored"


class ClerkChanged(Event, frozen=True, kw_only=True):
    """A clerk was taken on, renamed, suspended or let back, or has another PIN."""

    type: ClassVar[str] = "clerk.changed"

    clerk_id: UUID
    what: str
    """`added`, `name`, `pin`, `suspended`, `restored`; several with spaces."""


class CounterPlaceMoved(Event, frozen=True, kw_only=True):
    """A store is at another place than was known, or at none that is."""

    type: ClassVar[str] = "counter_place.moved"

    store_id: UUID


class IntentHeld(_OfStamper, frozen=True, kw_only=True):
    """What a device wished waits for the owner."""

    type: ClassVar[str] = "intent.held"

    intent_id: UUID
    reason: str


class IntentDecided(_OfStamper, frozen=True, kw_only=True):
    """The owner has said whether it counts."""

    type: ClassVar[str] = "intent.decided"

    intent_id: UUID
    accepted: bool
