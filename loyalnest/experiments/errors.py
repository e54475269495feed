"""What can go wrong with experiments and usage."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound, RateLimited, Unavailable


class ExperimentNotFound(NotFound):
    """There is no such experiment."""


class ExperimentStale(Conflict):
    """Somebody else has changed this experiment since you read it; look at it again."""


class ExperimentNotDraft(Conflict):
    """An experiment that was started is never changed; end it and draw up another."""


class ExperimentNotRunning(Conflict):
    """Only an experiment that is running can be ended."""


class SubjectTaken(Conflict):
    """Another experiment is running on the same element; end that one first."""


class SubjectNotShown(Conflict):
    """Nobody would meet this: what is to be tried is off, over, for some tiers alone, or isn't
    there. Switch it on for everybody, then start."""


class VariantsAlike(Invalid):
    """Two variants are the same: give each something of its own to say before you start."""


class DatesBackToFront(Invalid):
    """The first day comes after the last, or they are more than a year apart."""


class TooMuchUsage(RateLimited):
    """Too much at once from one address; what was done meanwhile isn't counted."""


class UsageCrowded(Unavailable):
    """More is being reported than can be counted at the moment; nothing of value is lost."""
