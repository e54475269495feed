"""What can go wrong in the relay."""

from loyalnest.kernel.errors import Conflict, NotFound


class EventNotFound(NotFound):
    """There is no such event."""


class FailureNotFound(NotFound):
    """This subscriber has no failure at this event."""


class UnknownSubscriber(Conflict):
    """The subscriber that failed here is not installed any more."""
