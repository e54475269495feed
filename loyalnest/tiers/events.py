"""Facts about tiers, announced when the tier that counts changes."""

from typing import ClassVar

from loyalnest.kernel.events import Event


class TierReached(Event, frozen=True, kw_only=True):
    """A customer stands on a higher tier than before."""

    type: ClassVar[str] = "tier.reached"

    from_tier: str | None
    to_tier: str
    cause: str


class TierLost(Event, frozen=True, kw_only=True):
    """A customer stands on a lower tier than before, or on none."""

    type: ClassVar[str] = "tier.lost"

    from_tier: str | None
    to_tier: str | None
    cause: str


class LadderChanged(Event, frozen=True, kw_only=True):
    """The merchant has changed its tiers; everybody is judged anew."""

    type: ClassVar[str] = "tiers.changed"

    version: int
