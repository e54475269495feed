"""What can go wrong at a poster, and with what is printed."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound, RateLimited


class PosterNotFound(NotFound):
    """There is no such poster."""


class PosterWithdrawn(Conflict):
    """This poster is no longer in use; ask at the counter for the new one."""


class PosterSizeUnfit(Invalid):
    """Crop marks are for PDF alone."""


class TooManyPosters(Conflict):
    """You have as many posters as there may be; take some out of use first."""


class CardBatchNotFound(NotFound):
    """There is no such batch of printed cards."""


class CheckImpossible(Conflict):
    """Nobody carries codes for you on this channel yet; set up a sender first."""


class NameUnfit(Invalid):
    """Give a name that can be read."""


class PhoneUnfit(Invalid):
    """This can't be a phone number; write it with its country's code, such as +49 30 123456."""


class PaperCardUnfit(Invalid):
    """This number is on no card of paper that can be taken over; show the card at the counter."""


class CheckCodeWrong(Invalid):
    """That is not the code; look at the newest message."""


class CheckCodeOver(Conflict):
    """This code is no longer good; have a new one sent."""


class TooManyCodes(RateLimited):
    """Several codes were sent to this number already; wait before the next one."""


class TooManyEnrolments(RateLimited):
    """Too many people enrol from the same place at the same time; wait a few minutes."""


class CardLinkOver(NotFound):
    """This link opens no card."""
