"""What can be wrong with a purchase."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound


class AmountOutOfRange(Invalid):
    """An amount is negative, not a number, or larger than any purchase; correct it at the shop."""


class UnknownCurrency(Invalid):
    """This is no currency of ISO 4217."""


class OwnCurrency(Invalid):
    """This is the merchant's own currency; it is worth what it is worth."""


class RateGiven(Conflict):
    """This currency has a rate from that very instant on; give another one from later on."""


class OrderNotFound(NotFound):
    """There is no such order."""
