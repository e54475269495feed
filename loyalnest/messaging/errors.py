"""What can go wrong with messages and senders."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound


class MessageNotFound(NotFound):
    """There is no such message."""


class SenderNotFound(NotFound):
    """There is no such sender."""


class SenderChanged(Conflict):
    """Somebody else has changed this sender since you read it; look at it again."""


class ProviderUnknown(Invalid):
    """No such provider carries this channel here."""


class AccountIncomplete(Invalid):
    """Something that this provider needs is missing or doesn't look right."""


class OriginInvalid(Invalid):
    """Give the address or number that messages come from, such as hello@example.com."""


class RateTooLow(Invalid):
    """Give a rate above 0 and of at most 10,000 messages a second."""


class MessageNotRetryable(Conflict):
    """Only a message that failed, was dropped or is in doubt can be sent again."""


class LinkUnknown(NotFound):
    """This link leads nowhere; it may have been cut off on its way."""
