"""What makes buying a game: badges and challenges, streaks, and a leaderboard for who wants it.

A badge is held while what its holder has done bears its goal: a refund takes it back, and what it
brought. Streaks are read off the orders. On the leaderboard is who asked to be, under a name that
we made up.
"""

from loyalnest.gamification.errors import (
    BadgeDropped,
    BadgeUnknown,
    BoardMissing,
    GameStale,
    NotGiven,
)
from loyalnest.gamification.events import BadgeAwarded, BadgeLost, GameChanged
from loyalnest.gamification.queries import awards_of, game_of, games_of, top
from loyalnest.gamification.service import (
    JUDGE_EVERYBODY,
    erase_customer,
    export_customer,
    forget_customers,
    give,
    join_board,
    judge_many,
    leave_board,
    save,
    take_back,
)
from loyalnest.gamification.subscribers import BADGES
from loyalnest.gamification.values import (
    Badge,
    Board,
    BoardMeasure,
    Game,
    GameVersion,
    Goal,
    Measure,
    Rhythm,
    Span,
)

__all__ = [
    "BADGES",
    "JUDGE_EVERYBODY",
    "Badge",
    "BadgeAwarded",
    "BadgeDropped",
    "BadgeLost",
    "BadgeUnknown",
    "Board",
    "BoardMeasure",
    "BoardMissing",
    "Game",
    "GameChanged",
    "GameStale",
    "GameVersion",
    "Goal",
    "Measure",
    "NotGiven",
    "Rhythm",
    "Span",
    "awards_of",
    "erase_customer",
    "export_customer",
    "forget_customers",
    "game_of",
    "games_of",
    "give",
    "join_board",
    "judge_many",
    "leave_board",
    "save",
    "take_back",
    "top",
]
