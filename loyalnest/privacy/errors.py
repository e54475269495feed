"""What can go wrong with requests about one's data."""

from loyalnest.kernel.errors import Conflict, NotFound


class RequestNotFound(NotFound):
    """There is no such request."""


class RequestAnswered(Conflict):
    """Somebody has answered this already; open it again to answer it otherwise."""


class RequestStillOpen(Conflict):
    """The same is being asked anew; answer that request."""
