"""What can go wrong with gamification."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound


class GameStale(Conflict):
    """Somebody else has changed the badges since you read them; look at them again."""


class BadgeDropped(Invalid):
    """A badge that was saved once stays in the list, for somebody may hold it; archive it."""


class BadgeUnknown(NotFound):
    """There is no such badge."""


class NotGiven(NotFound):
    """Nobody has given this badge to this customer by hand."""


class BoardMissing(NotFound):
    """This merchant has no leaderboard."""
