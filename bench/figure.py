"""A figure: what is measured, and what it should reach."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """How to measure: in full, or only long enough to see that everything works."""

    folder: Path
    """An empty folder on the disk that is measured."""
    quick: bool

    def take(self, full: float, quick: float) -> float:
        """A number for a full run, another for a quick one."""
        return quick if self.quick else full

    def count(self, full: int, quick: int) -> int:
        """A whole number for a full run, another for a quick one."""
        return quick if self.quick else full


@dataclass(frozen=True, slots=True)
class Measured:
    """What came out: the value, its limit where it has one, and what a reader should know."""

    value: float
    limit: float | None = None
    note: str = ""
    failed: bool = False
    """What the figure promises besides its number did not hold."""

    @property
    def ratio(self) -> float | None:
        """The value as a share of its limit."""
        return self.value / self.limit if self.limit else None


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should reach; no bound at all means that it is only stated."""

    text: str
    at_least_ratio: float | None = None
    at_least: float | None = None
    below: float | None = None

    def met_by(self, measured: Measured) -> bool:
        """Whether it was reached."""
        if measured.failed:
            return False
        ratio = measured.ratio or 0
        return (
            (self.at_least_ratio is None or ratio >= self.at_least_ratio)
            and (self.at_least is None or measured.value >= self.at_least)
            and (self.below is None or measured.value < self.below)
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    unit: str
    goal: Goal
    measure: Callable[[Run], Awaitable[Measured]]
