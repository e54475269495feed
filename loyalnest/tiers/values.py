"""The words of this module: ladders, tiers, and where a customer stands."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from loyalnest.merchants import Factor

Pair = tuple[UUID, UUID]
"""A merchant and one of its living customers."""
ONE = Decimal(1)
SOURCE_KIND = "tier"
"""What the books know the points by that a tier gives on entry."""
POINTS_AT_MOST = 1_000_000_000

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class Basis(StrEnum):
    """What a customer climbs by."""

    SPEND = "spend"
    POINTS = "points"
    ORDERS = "orders"


class Window(StrEnum):
    """What of the past counts."""

    LIFETIME = "lifetime"
    CALENDAR_YEAR = "calendar_year"
    ROLLING_12_MONTHS = "rolling_12_months"


class Cause(StrEnum):
    """Why somebody's tier changed."""

    EARNED = "earned"
    REFUNDED = "refunded"
    LAPSED = "lapsed"
    OVERRIDE = "override"
    OVERRIDE_ENDED = "override_ended"
    LADDER_CHANGED = "ladder_changed"


class Closed(BaseModel):
    """What all parts of a ladder have in common: closed and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Tier(Closed):
    """One step of a ladder."""

    key: Key = Field(description="Names it for good; its name may change.")
    name: Name
    names: dict[str, Name] = Field(
        default_factory=dict, max_length=50, description="Its name by language."
    )
    threshold: Decimal = Field(
        ge=0, le=10**12, max_digits=18, description="Spend, points or orders from which it begins."
    )
    multiplier: Factor = ONE
    entry_points: int = Field(
        default=0, ge=0, le=POINTS_AT_MOST, description="Points for reaching it, once."
    )
    perks: tuple[Annotated[str, Field(min_length=1, max_length=500)], ...] = Field(
        default=(), max_length=50, description="What else it brings, in the merchant's words."
    )
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#8a8a8a"


class Ladder(Closed):
    """The tiers of a program and what it takes to reach and keep them."""

    enabled: bool = True
    basis: Basis = Basis.SPEND
    window: Window = Window.LIFETIME
    grace_days: int = Field(
        default=0,
        ge=0,
        le=366,
        description="How long a tier is kept once the window no longer bears it.",
    )
    tiers: tuple[Tier, ...] = Field(default=(), max_length=20, description="Lowest first.")

    @model_validator(mode="after")
    def _climbing(self) -> "Ladder":
        keys = [tier.key for tier in self.tiers]
        if len(set(keys)) != len(keys):
            raise ValueError("every tier needs a key of its own")
        thresholds = [tier.threshold for tier in self.tiers]
        if any(low >= high for low, high in pairwise(thresholds)):
            raise ValueError("list the tiers from the lowest threshold to the highest")
        return self

    def rank(self, key: str | None) -> int:
        """How high a tier stands, from 0; −1 for none, or one that is no longer there."""
        return next((n for n, tier in enumerate(self.tiers) if tier.key == key), -1)

    def tier(self, key: str | None) -> Tier | None:
        """The tier of this key."""
        rank = self.rank(key)
        return self.tiers[rank] if rank >= 0 else None


class LadderVersion(msgspec.Struct, frozen=True):
    """A ladder from one instant on."""

    merchant_id: UUID
    version: int
    effective_from: datetime
    ladder: Ladder
    created_by: str


class Standing(msgspec.Struct, frozen=True):
    """Where a customer stands today, as earning and rewards see it."""

    tier: str | None
    name: str
    multiplier: Decimal
    ladder_version: int


class Override(msgspec.Struct, frozen=True):
    """A tier that a person gave by hand."""

    tier: str
    until: datetime | None
    by: str
    reason: str


class Place(msgspec.Struct, frozen=True):
    """All that is kept of where one customer stands."""

    merchant_id: UUID
    customer_id: UUID
    tier: str | None
    """What the customer's own buying bears."""
    since: datetime
    progress: Decimal
    qualified_at: datetime
    """When the progress last bore the tier."""
    kept_until: datetime | None
    """In grace: until when a tier that is no longer borne is kept."""
    override: Override | None
    ladder_version: int

    def effective(self, now: datetime) -> str | None:
        """The tier that counts at an instant."""
        override = self.override
        if override is not None and (override.until is None or now < override.until):
            return override.tier
        return self.tier


class Move(msgspec.Struct, frozen=True):
    """One change of somebody's effective tier."""

    id: UUID
    customer_id: UUID
    from_tier: str | None
    to_tier: str | None
    cause: str
    ladder_version: int
    actor: str
    reason: str | None
    occurred_at: datetime


class Progress(msgspec.Struct, frozen=True):
    """What a customer has put in: within the window of now, and within that of a past instant."""

    now: Decimal
    then: Decimal


class AtRisk(msgspec.Struct, frozen=True):
    """A tier that one customer will lose unless they put in more."""

    merchant_id: UUID
    customer_id: UUID
    tier: Tier
    day: date
    """The merchant's, the last on which it is kept."""
    missing: Decimal
    """What more it takes until then, in what the ladder counts."""
    basis: Basis


class Shift(msgspec.Struct, frozen=True):
    """How many customers a change of the ladder would move from one tier to another."""

    from_tier: str | None
    to_tier: str | None
    customers: int


class Preview(msgspec.Struct, frozen=True):
    """What a change of the ladder would do."""

    judged: int
    shifts: Sequence[Shift]
    moves: Sequence[tuple[UUID, str | None, str | None]]
    """The first of those who would move: customer, from, to."""
