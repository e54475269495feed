"""What can be wrong with a purchase."""

from loyalnest.kernel.errors import Invalid, NotFound


class AmountOutOfRange(Invalid):
    """An amount is negative, not a number, or larger than any purchase; correct it at the shop."""


class UnknownCurrency(Invalid):
    """This is no currency of ISO 4217."""


class OrderNotFound(NotFound):
    """There is no such order."""
