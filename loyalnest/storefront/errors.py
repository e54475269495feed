"""What can go wrong with what is on a shop's pages."""

from loyalnest.kernel.errors import Conflict, NotFound


class ContentStale(Conflict):
    """Somebody else has changed this since you read it; look at it again."""


class NudgeNotFound(NotFound):
    """There is no such nudge."""


class TooManyNudges(Conflict):
    """At most 20 nudges are on at a time, and 200 are kept; pause one, or change one you have."""


class NudgeKindFixed(Conflict):
    """A nudge stays of the kind it was made as; make another and archive this one."""
