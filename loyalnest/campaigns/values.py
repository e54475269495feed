"""The words of this module: campaigns, their rules, and what they add to an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, NewType
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from loyalnest.merchants import Factor

CampaignId = NewType("CampaignId", UUID)
Pair = tuple[UUID, UUID]
"""A merchant and one of its living customers."""
WIRE_PREFIX = "cmp"
POINTS_AT_MOST = 1_000_000_000
ONE = Decimal(1)


class State(StrEnum):
    """What a merchant has decided about a campaign."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


class Phase(StrEnum):
    """Where a campaign is in its life, by its state, its dates and its budget."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    USED_UP = "used_up"
    ENDED = "ended"
    ARCHIVED = "archived"


class Closed(BaseModel):
    """What all parts of a rule have in common: closed and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Multiplier(Closed):
    """The order's points, or those of the products named, times a factor."""

    kind: Literal["multiplier"] = "multiplier"
    factor: Factor


class Bonus(Closed):
    """A fixed number of points on top of an order."""

    kind: Literal["bonus"] = "bonus"
    points: int = Field(ge=1, le=POINTS_AT_MOST)


class SpendGoal(Closed):
    """Points for whoever spends so much within the campaign, once for a customer.

    Every order that meets the campaign counts with what is left of it after refunds; a refund that
    takes a customer below the goal takes the points back. Whoever has begun keeps the goal of the
    version that their first order met.
    """

    kind: Literal["goal"] = "goal"
    spend: Decimal = Field(
        gt=0, le=10**12, max_digits=18, description="In the merchant's currency."
    )
    points: int = Field(ge=1, le=POINTS_AT_MOST)


Effect = Annotated[Multiplier | Bonus | SpendGoal, Field(discriminator="kind")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Key = Annotated[str, Field(min_length=1, max_length=255)]


class Conditions(Closed):
    """What must hold of an order and its buyer; an empty list asks for nothing."""

    segments: tuple[Key, ...] = Field(
        default=(), max_length=50, description="The buyer is in one of these RFM segments."
    )
    tiers: tuple[Key, ...] = Field(
        default=(), max_length=50, description="The buyer stands on one of these tiers."
    )
    stores: tuple[Key, ...] = Field(
        default=(), max_length=200, description="Ids of stores, as the API writes them."
    )
    channels: tuple[Key, ...] = Field(
        default=(), max_length=50, description="Where it was sold, as the shop says: `web`, `pos`."
    )
    products: tuple[Key, ...] = Field(
        default=(),
        max_length=5000,
        description="The shop's ids of products. Only their lines are multiplied or earn a bonus.",
    )
    collections: tuple[Key, ...] = Field(
        default=(),
        max_length=200,
        description="The shop's ids of collections. Their products count as if they were named.",
    )
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(
        default=(), max_length=7, description="1 is Monday, in the merchant's time zone."
    )
    first_order: bool = Field(
        default=False, description="Only a customer's first order, and once for a customer."
    )
    minimum_spend: Decimal = Field(
        default=Decimal(0),
        ge=0,
        max_digits=14,
        description="What counts as spent, at least, in the merchant's own currency.",
    )


class Rule(Closed):
    """Everything that decides what a campaign does; a change makes a new version of it."""

    name: Name
    state: State = State.DRAFT
    starts_at: datetime
    ends_at: datetime | None = Field(default=None, description="Null: until it is ended by hand.")
    effect: Effect
    conditions: Conditions = Conditions()
    holdout: int = Field(
        default=0,
        ge=0,
        le=90,
        description="Per cent of customers, always the same ones, who get nothing: what the"
        " campaign brings is measured against them.",
    )

    @model_validator(mode="after")
    def _dates_in_order(self) -> "Rule":
        for instant in (self.starts_at, self.ends_at):
            if instant is not None and instant.tzinfo is None:
                raise ValueError("give instants with their offset from UTC")
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ValueError("a campaign ends after it starts")
        return self


class Version(msgspec.Struct, frozen=True):
    """A rule from one instant on."""

    merchant_id: UUID
    campaign_id: CampaignId
    version: int
    effective_from: datetime
    rule: Rule
    created_by: str


class Campaign(msgspec.Struct, frozen=True):
    """A campaign as it stands."""

    merchant_id: UUID
    id: CampaignId
    version: int
    rule: Rule
    budget: int | None
    """The points it may give away in all; None: no limit."""
    spent: int
    created_at: datetime
    created_by: str
    updated_at: datetime


class Combining(msgspec.Struct, frozen=True):
    """How an order's multipliers come together, by the program's settings of its day."""

    how: Literal["highest", "sum", "product"]
    at_most: Decimal


class Progress(msgspec.Struct, frozen=True):
    """How far one living customer has come with a goal."""

    merchant_id: UUID
    campaign_id: CampaignId
    customer_id: UUID
    version: int
    """That of the first order that counts; its goal is the customer's."""
    rule: Rule
    spend: Decimal
    currency: str


class Given(msgspec.Struct, frozen=True):
    """What a goal has given one customer, and not taken back."""

    merchant_id: UUID
    campaign_id: CampaignId
    customer_id: UUID
    """Who they were then; they may have been merged since."""
    living_id: UUID
    points: int
    drawn: int
    """What was set aside for it from the campaign's budget; refunds don't give it back."""
    steps: int
    """How often the books were changed for it; 0: its budget could not bear it."""


class Placed(msgspec.Struct, frozen=True):
    """The collections that a product is in: these and no others."""

    product: str
    collections: tuple[str, ...]


class Part(msgspec.Struct, frozen=True):
    """What one line (or the shipping, or the tips) earned before anything was added."""

    id: str
    product: str | None
    spend: Decimal
    points: int


class Boost(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a tier, a segment or a campaign adds to an order.

    Decided once, when the order first earns, and kept with its entry: whatever becomes of the tier
    or the campaign later, an edit or a refund of the order meets the same boosts.
    """

    kind: Literal["tier", "segment", "campaign"]
    id: str
    name: str
    version: int | None = None
    factor: Decimal = ONE
    points: int = 0
    products: tuple[str, ...] | None = None
    """Counts for the lines of these products alone; None: for the whole order."""
    at_most: int | None = None
    """Points set aside from the campaign's budget for this order."""

    def touches(self, part: Part) -> bool:
        """Whether it counts for this part of an order."""
        return self.products is None or part.product in self.products


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """An order that is about to earn for the first time."""

    merchant_id: UUID
    order_id: UUID
    customer_id: UUID
    """Who the buyer is now, after any merge."""
    store_id: UUID
    channel: str | None
    placed_at: datetime
    parts: Sequence[Part]
    """What each line earned before anything was added."""
    combining: Combining
    segment_factors: Mapping[str, Decimal]
    """What the program multiplies a segment's orders by."""
    rate: Decimal = Decimal(1)
    """What a unit of the order's currency is worth in the merchant's own."""
    meets_campaigns: bool = True
    """Whether the program let campaigns add anything when it was placed."""

    @cached_property
    def spend(self) -> Decimal:
        """What counts as spent, in the merchant's own currency."""
        return sum((part.spend for part in self.parts), Decimal(0)) * self.rate


class Spread(msgspec.Struct, frozen=True):
    """What boosts add up to on one order."""

    by_part: tuple[int, ...]
    by_boost: tuple[int, ...]

    @property
    def points(self) -> int:
        """All that is added."""
        return sum(self.by_part)
