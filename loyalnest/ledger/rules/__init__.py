"""The decisions, pure: no session, no clock, no I/O.

They work on the copy of an account that they are given (`ledger.state`) and add to it what has to
be written. At every step available and debt are never both above zero.
"""

from loyalnest.ledger.rules.due import look_ahead, release, settle
from loyalnest.ledger.rules.merging import Move, move
from loyalnest.ledger.rules.movements import SYSTEM
from loyalnest.ledger.rules.posting import check, needs_lots, post

__all__ = [
    "SYSTEM",
    "Move",
    "check",
    "look_ahead",
    "move",
    "needs_lots",
    "post",
    "release",
    "settle",
]
