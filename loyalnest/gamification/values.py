"""The words of this module: games, badges and their goals, streaks, leaderboards."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from loyalnest.kernel.http import Instant

Pair = tuple[UUID, UUID]
"""A merchant and one of its customers."""
Deed = tuple[datetime, Decimal]
"""Something a customer has done: when, and how much of it is left today."""
POINTS_AT_MOST = 1_000_000_000

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(min_length=1, max_length=500)]


class Measure(StrEnum):
    """What a goal counts."""

    ORDERS = "orders"
    SPEND = "spend"
    POINTS = "points"
    """Points earned, but for those that badges and tiers brought."""
    WEEKS_IN_A_ROW = "weeks_in_a_row"
    """Weeks with an order, from Monday on, without one left out."""
    MONTHS_IN_A_ROW = "months_in_a_row"


class Rhythm(StrEnum):
    """How often a streak asks for an order."""

    WEEK = "week"
    MONTH = "month"


class Span(StrEnum):
    """What a leaderboard adds up, in the merchant's calendar."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL_TIME = "all_time"


class Cause(StrEnum):
    """Why somebody came to hold a badge, or holds it no longer."""

    EARNED = "earned"
    UNDONE = "undone"
    """What had earned it was refunded, cancelled, or turned out to be another customer's."""
    GIVEN = "given"
    TAKEN = "taken"


class Closed(BaseModel):
    """What all parts of a game have in common: closed and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Goal(Closed):
    """What earns a badge. With a beginning or an end it is a challenge."""

    measure: Measure
    target: Decimal = Field(gt=0, le=10**12, max_digits=18)
    starts_at: Instant | None = Field(default=None, description="What came before doesn't count.")
    ends_at: Instant | None = Field(default=None, description="What comes from then on neither.")

    @property
    def is_challenge(self) -> bool:
        """Whether it has its time."""
        return self.starts_at is not None or self.ends_at is not None

    @model_validator(mode="after")
    def _can_be_reached(self) -> "Goal":
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise ValueError("a challenge ends after it begins")
        if self.measure is not Measure.SPEND and self.target != self.target.to_integral_value():
            raise ValueError("only spend is counted in fractions")
        return self


class Badge(Closed):
    """Something to be proud of."""

    key: Key = Field(description="Names it for good; its name may change.")
    name: Name
    names: dict[str, Name] = Field(
        default_factory=dict, max_length=50, description="Its name by language."
    )
    description: Text | None = None
    descriptions: dict[str, Text] = Field(default_factory=dict, max_length=50)
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#8a8a8a"
    goal: Goal | None = Field(default=None, description="Null: it is given by hand alone.")
    points: int = Field(
        default=0, ge=0, le=POINTS_AT_MOST, description="Points for reaching its goal, once."
    )
    archived: bool = Field(
        default=False, description="Nobody earns it any more; who holds it keeps it."
    )

    @model_validator(mode="after")
    def _pays_for_a_goal(self) -> "Badge":
        if self.points and self.goal is None:
            raise ValueError("only a badge with a goal can bring points")
        return self


class BoardMeasure(StrEnum):
    """What a leaderboard is sorted by."""

    ORDERS = "orders"
    POINTS = "points"


class Board(Closed):
    """A list of those who asked to be on it, the highest first."""

    measure: BoardMeasure = BoardMeasure.POINTS
    span: Span = Span.MONTH


class Game(Closed):
    """All of a merchant's gamification."""

    enabled: bool = True
    badges: tuple[Badge, ...] = Field(default=(), max_length=200)
    streak: Rhythm = Rhythm.MONTH
    leaderboard: Board | None = Field(default=None, description="Null: there is none.")

    @model_validator(mode="after")
    def _told_apart(self) -> "Game":
        keys = [badge.key for badge in self.badges]
        if len(set(keys)) != len(keys):
            raise ValueError("every badge needs a key of its own")
        return self

    def badge(self, key: str) -> Badge | None:
        """The badge of this key."""
        return next((badge for badge in self.badges if badge.key == key), None)


class GameVersion(msgspec.Struct, frozen=True):
    """A game from one instant on."""

    merchant_id: UUID
    version: int
    effective_from: datetime
    game: Game
    asked_since: Mapping[str, datetime]
    """By badge: since when it has asked for what it asks for now."""
    created_by: str


class Award(msgspec.Struct, frozen=True):
    """A badge that somebody holds: earned by a goal, given by hand, or both."""

    merchant_id: UUID
    customer_id: UUID
    badge: str
    goal: Goal | None
    """The goal it was earned by, as it was then: what is judged when orders are refunded."""
    reached_at: datetime | None
    given_by: str | None
    reason: str | None
    game_version: int
    awarded_at: datetime


class Move(msgspec.Struct, frozen=True):
    """One change of who holds what."""

    customer_id: UUID
    badge: str
    held: bool
    cause: Cause
    game_version: int
    actor: str
    reason: str | None


class History(msgspec.Struct, frozen=True):
    """What a person has done that is still worth something, oldest first."""

    orders: Sequence[Deed] = ()
    points: Sequence[Deed] = ()


class Person(msgspec.Struct, frozen=True):
    """A living customer, and whoever was merged into them."""

    merchant_id: UUID
    customer_id: UUID
    identities: frozenset[UUID]

    @property
    def key(self) -> Pair:
        """Merchant and customer."""
        return (self.merchant_id, self.customer_id)


class Streak(msgspec.Struct, frozen=True):
    """For how many weeks or months in a row somebody has bought."""

    current: int
    longest: int
    alive_until: datetime | None
    """Until when the next order must come for the streak to go on; None without one."""


class Rank(NamedTuple):
    """One line of a leaderboard."""

    rank: int
    customer_id: UUID
    pseudonym: str
    score: int
