"""Why something doesn't earn."""

from loyalnest.kernel.errors import Conflict, Invalid


class ActionUnknown(Invalid):
    """The program has no such action; see `actions` in its settings."""


class ActionOff(Conflict):
    """This action is switched off in the program's settings."""


class ActionPaused(Conflict):
    """This action is paused in the program's settings, and earns again once it is on."""


class ProgramPaused(Conflict):
    """The program is paused: nothing is earned, redeemed or lost until it goes on."""


class ProgramOff(Conflict):
    """The program has ended: nothing is earned any more. What is left can still be redeemed."""


class EarningLimitReached(Conflict):
    """This customer has earned for this action as often as the program allows."""


class AmountMissing(Invalid):
    """A purchase earns by its amount and is known by its order; send `amount` and `order_id`."""


class EarnsNothing(Conflict):
    """At the program's rate this amount is worth less than a point."""


class EarnsByItself(Conflict):
    """This order came from a connected shop, whose orders earn by themselves."""
