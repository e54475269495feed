"""Standing: the ladder a merchant sets up, and what it takes each customer to climb and stay.

A customer's tier is judged from their orders as they are known now, refunds taken off, so that the
same orders put them on the same tier in whatever order the news came. Ladders are versioned.
"""

from loyalnest.tiers.errors import (
    LadderMissing,
    LadderStale,
    NoOverride,
    OverrideInPast,
    ReasonMissing,
    TierUnknown,
)
from loyalnest.tiers.events import LadderChanged, TierLost, TierReached
from loyalnest.tiers.jobs import NIGHTLY, judge_by_night
from loyalnest.tiers.queries import find_place, ladders_of, moves_of, standings_of
from loyalnest.tiers.risk import at_risk
from loyalnest.tiers.service import (
    JUDGE_EVERYBODY,
    end_override,
    judge_many,
    override,
    preview,
    save,
)
from loyalnest.tiers.subscribers import STANDINGS
from loyalnest.tiers.values import AtRisk, Basis, Cause, Ladder, Place, Standing, Tier, Window

__all__ = [
    "JUDGE_EVERYBODY",
    "NIGHTLY",
    "STANDINGS",
    "AtRisk",
    "Basis",
    "Cause",
    "Ladder",
    "LadderChanged",
    "LadderMissing",
    "LadderStale",
    "NoOverride",
    "OverrideInPast",
    "Place",
    "ReasonMissing",
    "Standing",
    "Tier",
    "TierLost",
    "TierReached",
    "TierUnknown",
    "Window",
    "at_risk",
    "end_override",
    "find_place",
    "judge_by_night",
    "judge_many",
    "ladders_of",
    "moves_of",
    "override",
    "preview",
    "save",
    "standings_of",
]
