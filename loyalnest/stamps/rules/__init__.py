"""Pure decisions about cards: which terms hold, what a stamping or its undoing comes to."""

from loyalnest.stamps.rules.limits import Limits, Seen, count_of, obstacle
from loyalnest.stamps.rules.rounds import (
    Advance,
    Completed,
    Filled,
    Reached,
    Standing,
    Unwound,
    advance,
    asks_less,
    held_version,
    improves,
    unwind,
)

__all__ = [
    "Advance",
    "Completed",
    "Filled",
    "Limits",
    "Reached",
    "Seen",
    "Standing",
    "Unwound",
    "advance",
    "asks_less",
    "count_of",
    "held_version",
    "improves",
    "obstacle",
    "unwind",
]
