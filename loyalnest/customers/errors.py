"""What can go wrong with a customer."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound


class CustomerNotFound(NotFound):
    """There is no such customer."""


class IdentityTaken(Conflict):
    """This identity belongs to another customer; merge the two if they are one person."""


class NothingToIdentify(Invalid):
    """Give a valid e-mail, a verified phone or a provider's id; nothing here names a customer."""
