"""What can go wrong in the inbox."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class BacklogFull(Unavailable):
    """Too many deliveries are waiting; send this one again in a minute."""

    retry_after_s = 60


class IntakeClosed(Unavailable):
    """This server is stopping; send the delivery again."""

    retry_after_s = 1


class Unstorable(Invalid):
    """This delivery can't be stored: one of its headers holds what no text can."""


class UnknownProvider(Invalid):
    """No integration of this name is installed, so its deliveries can't be read."""


class DeliveryNotFound(NotFound):
    """There is no such delivery."""


class NothingToRetry(Conflict):
    """Only a dead letter or an unhandled delivery can be retried."""
