"""Facts about badges."""

from typing import ClassVar

from loyalnest.kernel.events import Event


class BadgeAwarded(Event, frozen=True, kw_only=True):
    """A customer has come to hold a badge."""

    type: ClassVar[str] = "badge.awarded"

    badge: str
    cause: str
    points: int
    """What reaching it brought; 0 for one reached before it was asked for, or given by hand."""


class BadgeLost(Event, frozen=True, kw_only=True):
    """A customer no longer holds a badge: what earned it was undone, or it was taken away."""

    type: ClassVar[str] = "badge.lost"

    badge: str
    cause: str


class GameChanged(Event, frozen=True, kw_only=True):
    """The merchant has changed its badges or leaderboard; everybody is judged anew."""

    type: ClassVar[str] = "game.changed"

    version: int
