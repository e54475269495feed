"""What can go wrong with passes."""

from loyalnest.kernel.errors import NotFound, Unauthenticated, Unavailable


class PassNotFound(NotFound):
    """There is no such pass, or its card is no longer good."""


class PassTokenWrong(Unauthenticated):
    """This pass is not known here, or whoever asks doesn't hold it."""


class WalletAway(Unavailable):
    """The wallet's provider doesn't answer at the moment; try again in a minute."""
