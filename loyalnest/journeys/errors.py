"""What can go wrong with journeys."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound


class JourneyNotFound(NotFound):
    """There is no such journey."""


class JourneyStale(Conflict):
    """Somebody else has changed this journey since you read it; look at it again."""


class JourneyOver(Conflict):
    """This journey has ended; make a new one."""


class JourneyNotActive(Conflict):
    """Only a journey that runs can be paused."""


class JourneyNotPaused(Conflict):
    """Only a paused journey can go on."""


class JourneyStarted(Conflict):
    """This journey has been started already."""


class JourneyNotStarted(Conflict):
    """A draft has nothing to end; start it first, or leave it."""


class HoldoutFixed(Conflict):
    """Who is held out stays as it was at the start, or the lift would mean nothing."""


class InactivityOutOfBounds(Invalid):
    """A journey follows 7 to 30 days without an order, or each customer's own rhythm."""


class NameOutOfBounds(Invalid):
    """The name of a journey has between 3 and 255 characters."""


class TextOutOfBounds(Invalid):
    """What a journey says has between 10 and 1,000 characters."""


class DiscountOutOfBounds(Invalid):
    """A journey gives between 5 and 50 per cent off; choose another reward."""


class NoSender(Invalid):
    """Nobody carries messages on any channel of a step; set up a sender for one of them first."""
