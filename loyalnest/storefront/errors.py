"""What can go wrong with what is on a shop's pages."""

from loyalnest.kernel.errors import Conflict, Forbidden, Invalid, NotFound, RateLimited


class ContentStale(Conflict):
    """Somebody else has changed this since you read it; look at it again."""


class NudgeNotFound(NotFound):
    """There is no such nudge."""


class TooManyNudges(Conflict):
    """At most 20 nudges are on at a time, and 200 are kept; pause one, or change one you have."""


class NudgeKindFixed(Conflict):
    """A nudge stays of the kind it was made as; make another and archive this one."""


class NudgeOnTrial(Conflict):
    """An experiment compares what this nudge says with something else; end it before you change the
    nudge. Pausing it, or switching it on again, is no change."""


class CaptureInvalid(Invalid):
    """This is not an e-mail address; look at how it is written."""


class CaptureNotFound(NotFound):
    """Nobody has left such an address."""


class NotThatShop(Forbidden):
    """Only a shop's own pages may leave addresses with it."""


class TooManyCaptures(RateLimited):
    """Too many addresses from one place; wait a moment."""


class PerkNotFound(NotFound):
    """There is no such perk."""


class TooManyPerks(Conflict):
    """At most 100 perks are kept; change one that you have."""


class RewardForOthersToo(Conflict):
    """This reward can be had on other tiers as well; limit it to the perk's tiers first."""
