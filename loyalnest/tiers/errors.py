"""What can go wrong with tiers."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound


class TierUnknown(Invalid):
    """The ladder has no such tier; see its keys."""


class LadderMissing(NotFound):
    """This merchant has no tiers."""


class LadderStale(Conflict):
    """Somebody else has changed the tiers since you read them; look at them again."""


class OverrideInPast(Invalid):
    """The end of an override lies in the future."""


class NoOverride(NotFound):
    """Nobody has set this customer's tier by hand."""


class ReasonMissing(Invalid):
    """A tier given by hand says why: give a reason of 1 to 500 characters."""
