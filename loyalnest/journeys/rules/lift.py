"""What a journey brings: those who could hear from it beside those who were held out.

Everybody counts by how they were assigned, whether a message reached them or not, so that nothing
but chance tells the groups apart; each person once, by when they first entered.
"""

from enum import StrEnum
from typing import NamedTuple

from loyalnest.kernel import intervals
from loyalnest.kernel.intervals import Interval, Sample

CONFIDENCE = 0.95
"""Of both figures together."""
AT_LEAST = 100
"""People in either group, for anything to be said."""
BUYERS_AT_LEAST = 30
"""In either group, for anything to be said of revenue: what people spend is so uneven that with ten
buyers held out, Welch's interval claims what isn't there nearly three times too often."""
_FIGURES = 2


class Says(StrEnum):
    """What may be said of a difference."""

    TOO_FEW = "too_few"
    """Too few have been counted to say anything."""
    UNCLEAR = "unclear"
    """It may be none at all: nothing is claimed."""
    MORE = "more"
    LESS = "less"


class Group(NamedTuple):
    """People whose days of counting are over."""

    people: int
    buyers: int
    spent: float
    squares: float
    """Of what each of them spent."""


class Effect(NamedTuple):
    """How much higher a figure lies than without the journey."""

    says: Says
    difference: float | None = None
    interval: Interval | None = None


class Lift(NamedTuple):
    """What a journey brings."""

    conversion: Effect
    """Of the share of people who buy."""
    revenue: Effect
    """Of what a person spends, in the merchant's currency."""


def lift(told: Group, held_out: Group) -> Lift:
    """What may be said of a journey: two figures that share the risk of being wrong."""
    if min(told.people, held_out.people) < AT_LEAST:
        return Lift(Effect(Says.TOO_FEW), Effect(Says.TOO_FEW))
    z = intervals.critical(CONFIDENCE, _FIGURES)
    conversion = intervals.difference_between(
        (held_out.buyers, held_out.people), (told.buyers, told.people), z
    )
    if min(told.buyers, held_out.buyers) < BUYERS_AT_LEAST:
        return Lift(_effect(*conversion), Effect(Says.TOO_FEW))
    revenue = intervals.means_between(_sample(held_out), _sample(told), z)
    return Lift(_effect(*conversion), _effect(*revenue))


def _sample(group: Group) -> Sample:
    return Sample(group.people, group.spent, group.squares)


def _effect(difference: float, interval: Interval) -> Effect:
    if interval.low > 0:
        return Effect(Says.MORE, difference, interval)
    if interval.high < 0:
        return Effect(Says.LESS, difference, interval)
    return Effect(Says.UNCLEAR, difference, interval)
