"""What can go wrong with rewards."""

from loyalnest.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class RewardNotFound(NotFound):
    """There is no such reward."""


class RedemptionNotFound(NotFound):
    """There is no such redemption."""


class CodeUnknown(NotFound):
    """No reward was given out under this code."""


class RewardNotActive(Conflict):
    """This reward is not on offer at the moment."""


class RewardNotHere(Conflict):
    """This reward can't be redeemed here: it is for the counter or for online orders only."""


class RewardNotInCurrency(Invalid):
    """This reward has no amount in this currency."""


class RewardSoldOut(Conflict):
    """Somebody else has just taken the last one of this reward."""


class RewardLimitReached(Conflict):
    """This customer has redeemed the reward as often as it allows."""


class TierTooLow(Forbidden):
    """This reward is for customers of a higher tier."""


class RewardArchived(Conflict):
    """An archived reward stays as it was: bring it back first, then change it."""


class RewardChanged(Conflict):
    """Somebody else has changed this reward since you read it; look at it again."""


class StockTaken(Invalid):
    """More than this have been given out already; choose a larger stock."""


class RedemptionUsed(Conflict):
    """This code has been used."""


class RedemptionExpired(Conflict):
    """This code is no longer good."""


class RedemptionCancelled(Conflict):
    """This code was cancelled and is no longer good."""


class RedeemingCrowded(Unavailable):
    """More is being redeemed than can be written down at the moment; send the same request again
    in a second, with the same key."""
