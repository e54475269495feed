"""Facts about passes."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class _OnPass(Event, frozen=True, kw_only=True):
    """The parent of what happens to one pass."""

    pass_id: UUID
    card_id: UUID
    platform: str


class PassAdded(_OnPass, frozen=True, kw_only=True):
    """A card is in a phone's wallet from now on."""

    type: ClassVar[str] = "pass.added"


class PassRemoved(_OnPass, frozen=True, kw_only=True):
    """A card was taken out of a phone's wallet."""

    type: ClassVar[str] = "pass.removed"


class PassVoided(_OnPass, frozen=True, kw_only=True):
    """A card in wallets is no longer good, and says so from now on."""

    type: ClassVar[str] = "pass.voided"


class PassesOutdated(Event, frozen=True, kw_only=True):
    """News of passes was heard late, by a retry: they are told of it at this place in the log."""

    type: ClassVar[str] = "passes.outdated"

    of: str
    """What the news was about: `card`, `voided_card`, `customer`, `program`, `merchant`, `itself`
    or `holder`."""
    about_id: UUID
