"""The use cases of gamification."""

from loyalnest.gamification.service.games import JUDGE_EVERYBODY, judge_everybody_soon, save
from loyalnest.gamification.service.giving import give, take_back
from loyalnest.gamification.service.judging import judge_many
from loyalnest.gamification.service.playing import (
    erase_customer,
    export_customer,
    forget_customers,
    history_of,
    join_board,
    leave_board,
)

__all__ = [
    "JUDGE_EVERYBODY",
    "erase_customer",
    "export_customer",
    "forget_customers",
    "give",
    "history_of",
    "join_board",
    "judge_everybody_soon",
    "judge_many",
    "leave_board",
    "save",
    "take_back",
]
