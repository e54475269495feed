"""The words of this module: the steps to a live program, and how far a merchant has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What there is to do, in the order in which it is best done."""

    STORE = "store"
    """A store is connected."""
    EARNING = "earning"
    """Somebody has looked through the earning rules and saved them."""
    REWARD = "reward"
    """There is something to redeem points for."""
    BRANDING = "branding"
    """Customers see the merchant's own name, colour or logo."""
    RUNNING = "running"
    """The program is switched on."""
    STAFF = "staff"
    """Somebody else may sign in."""
    MEMBER = "member"
    """A customer has joined."""
    POINTS = "points"
    """Points were earned."""
    REDEEMED = "redeemed"
    """A reward was redeemed."""


NEEDED = frozenset({Step.EARNING, Step.REWARD, Step.RUNNING})
"""What makes a program ready; the rest can be left out."""


class Phase(StrEnum):
    """How far a program has come."""

    SETTING_UP = "setting_up"
    READY = "ready"
    """Whoever buys now earns, and can redeem what they earn."""
    LIVE = "live"
    """It is ready, and points have been earned."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How one step stands."""

    step: Step
    done: bool
    dismissed: bool

    @property
    def needed(self) -> bool:
        """Whether there is no program without it."""
        return self.step in NEEDED

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return not self.done and not self.dismissed


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a merchant has come."""

    steps: Sequence[Stand]
    hidden: bool
    """The merchant wants to see the list no more."""

    @property
    def phase(self) -> Phase:
        """Read off the steps."""
        done = {each.step for each in self.steps if each.done}
        if not done >= NEEDED:
            return Phase.SETTING_UP
        return Phase.LIVE if Step.POINTS in done else Phase.READY

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return not any(each.open for each in self.steps)
