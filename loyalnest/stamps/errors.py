"""What can go wrong with cards and stamps."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound, Unavailable


class CardProgramNotFound(NotFound):
    """There is no such card program."""


class CardProgramChanged(Conflict):
    """Somebody has changed this card program meanwhile; look at it again."""


class CardProgramArchived(Conflict):
    """This card program has been put away; bring it back first."""


class CardProgramPaused(Conflict):
    """This card isn't being stamped at the moment."""


class CardNotFound(NotFound):
    """There is no such card."""


class CardVoid(Conflict):
    """This card is no longer good."""


class StampNotFound(NotFound):
    """There is no such stamp."""


class StampedTooSoon(Conflict):
    """This card was stamped a moment ago."""


class DailyLimitReached(Conflict):
    """This card has had as many stamps as it may have in a day."""


class TooManyAtOnce(Invalid):
    """So many stamps at once are more than this card allows."""


class AmountTooSmall(Invalid):
    """The purchase is too small for a stamp."""


class AmountNeeded(Invalid):
    """This card is stamped by the amount of the purchase: say how much it was."""


class StampKeyReused(Conflict):
    """This key was used for another stamping; take a new one."""


class StampAlreadyUndone(Conflict):
    """This stamp has been taken back already."""


class CardRewardNotFound(NotFound):
    """There is no such reward of a card."""


class RewardNotDue(Conflict):
    """This reward isn't there to be used: it was used already, or its stamps were taken back."""


class RewardNotUsed(Conflict):
    """This reward has not been used, so there is nothing to put back."""


class NotConvertible(Conflict):
    """This card's stamps are not exchanged that way."""


class StampingCrowded(Unavailable):
    """Too many cards are being stamped at this moment; try again."""
