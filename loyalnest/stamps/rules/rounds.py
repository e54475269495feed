"""Filling a card: which terms hold for a round, and which stages its stamps have reached.

What is on a card is the balance of its account. How many rounds that comes to, and what they bring,
depends on the sum of the stamps alone and not on the order in which they came.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from loyalnest.stamps.values import CardTerms, Stage


class Standing(NamedTuple):
    """Where a card is."""

    round: int
    version: int
    """Under which the round began."""
    collected: int
    """What is on the card; below zero: what it owes."""


class Reached(NamedTuple):
    """A stage that a round's stamps are enough for."""

    round: int
    version: int
    stage: Stage


class Completed(NamedTuple):
    """A round that is full: so many stamps go."""

    round: int
    version: int
    stage: Stage
    stamps: int


class Advance(NamedTuple):
    """What a card's stamps come to."""

    standing: Standing
    reached: tuple[Reached, ...]
    """The stages of the rounds that were looked at, those that had been reached before, too."""
    completed: tuple[Completed, ...]


def improves(new: CardTerms, old: CardTerms) -> bool:
    """Whether nobody who collects under old terms loses anything by new ones.

    The card takes no more stamps, and whatever old stages bring is there for no more stamps. A
    stage is known by its key: what it is called, or costs, is the merchant's to say.
    """
    counts = {stage.key: stage.count for stage in new.stages}
    return new.needed <= old.needed and all(
        counts.get(stage.key, new.needed + 1) <= stage.count for stage in old.stages
    )


def asks_less(new: CardTerms, old: CardTerms) -> bool:
    """Whether a card that stays as it is could have reached more by new terms than by old ones."""
    counts = {stage.key: stage.count for stage in old.stages}
    return any(stage.count < counts.get(stage.key, new.needed + 1) for stage in new.stages)


def held_version(versions: Mapping[int, CardTerms], since: int, newest: int, collected: int) -> int:
    """The terms of a round that began under those of `since`: its own, or a later improvement.

    A round without a stamp has nothing to lose and follows the newest.
    """
    if collected <= 0:
        return newest
    held = since
    for version in range(since + 1, newest + 1):
        if improves(versions[version], versions[held]):
            held = version
    return held


def advance(standing: Standing, versions: Mapping[int, CardTerms], newest: int) -> Advance:
    """Complete as many rounds as the stamps on a card are enough for."""
    round_, version, collected = standing
    reached: list[Reached] = []
    completed: list[Completed] = []
    while True:
        terms = versions[version]
        reached += [
            Reached(round_, version, stage) for stage in terms.stages if stage.count <= collected
        ]
        if collected < terms.needed:
            return Advance(Standing(round_, version, collected), tuple(reached), tuple(completed))
        completed.append(Completed(round_, version, terms.stages[-1], terms.needed))
        round_, version, collected = round_ + 1, newest, collected - terms.needed


class Filled(NamedTuple):
    """A round that was completed."""

    round: int
    version: int
    stamps: int
    unused: bool
    """Whether what it brought is still there to be taken back."""


class Unwound(NamedTuple):
    """What is left of a card once stamps were taken off it."""

    standing: Standing
    reopened: int
    """So many of the latest rounds are no longer complete; their stamps are back on the card."""


def unwind(standing: Standing, count: int, filled: Sequence[Filled]) -> Unwound:
    """Take stamps off a card, reopening rounds as long as their rewards are unused.

    `filled` are the rounds before this one, the latest first. What can't be taken off is owed.
    """
    round_, version, collected = standing
    collected -= count
    reopened = 0
    for it in filled:
        if collected >= 0 or not it.unused or it.round != round_ - 1:
            break
        round_, version, collected = it.round, it.version, collected + it.stamps
        reopened += 1
    return Unwound(Standing(round_, version, collected), reopened)
