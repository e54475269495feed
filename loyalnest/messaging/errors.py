"""What can go wrong with messages and senders."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound, RateLimited


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


class SenderMissing(Conflict):
    """Nobody carries this channel yet; set up a sender first."""


class SenderInUse(Conflict):
    """Messages still wait to go by this sender; set up another, or wait until they are gone."""


class RecipientInvalid(Invalid):
    """Give an e-mail address, or a number with its country code such as +447700900123."""


class RecipientSuppressed(Conflict):
    """This address gets nothing; the list of suppressed addresses says why."""


class TemplateUnapproved(Conflict):
    """WhatsApp takes this template only once it has been approved."""


class TooManyTests(RateLimited):
    """Twenty tests an hour are enough; wait before the next one."""


class MessageNotRetryable(Conflict):
    """Only a message that failed, was dropped or is in doubt can be sent again."""


class LinkUnknown(NotFound):
    """This link leads nowhere; it may have been cut off on its way."""
