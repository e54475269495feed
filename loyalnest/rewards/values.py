"""The words of this module: rewards, their terms, and redemptions."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NewType, Protocol
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from loyalnest.merchants import Currency

RewardId = NewType("RewardId", UUID)
RedemptionId = NewType("RedemptionId", UUID)
REWARD, REDEMPTION = "rwd", "red"
"""How their ids begin on the wire."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=2000)]
Money = Annotated[Decimal, Field(gt=0, le=10**9, max_digits=14, decimal_places=3)]


class Kind(StrEnum):
    """What a reward is."""

    AMOUNT_OFF = "amount_off"
    PERCENT_OFF = "percent_off"
    FREE_SHIPPING = "free_shipping"
    FREE_PRODUCT = "free_product"
    GIFT_CARD = "gift_card"
    VOUCHER = "voucher"


class Where(StrEnum):
    """Where a reward may be redeemed."""

    ONLINE = "online"
    COUNTER = "counter"
    BOTH = "both"


class OnRefund(StrEnum):
    """What a customer gets back of a reward's cost when the order that used it is refunded."""

    NONE = "none"
    PRO_RATA = "pro_rata"
    FULL = "full"


class RewardState(StrEnum):
    """What a merchant has decided about a reward."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


class State(StrEnum):
    """Where a redemption is in its life."""

    ISSUED = "issued"
    USED = "used"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Terms(BaseModel):
    """What a reward is and costs; a change makes a new version, and issued codes keep theirs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    name: Name
    names: dict[str, Name] = Field(default_factory=dict, max_length=50, description="By language.")
    description: Text = ""
    descriptions: dict[str, Text] = Field(
        default_factory=dict, max_length=50, description="By language."
    )
    cost: int = Field(ge=1, le=10**9, description="Points.")
    amounts: dict[Currency, Money] = Field(
        default_factory=dict,
        max_length=200,
        description="With `amount_off` and `gift_card`: how much, in each market's currency.",
    )
    percent: Decimal | None = Field(
        default=None, gt=0, le=100, max_digits=5, decimal_places=2, description="`percent_off`."
    )
    product: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        default=None, description="With `free_product`: the shop's id of it."
    )
    minimum_spend: dict[Currency, Money] = Field(
        default_factory=dict, max_length=200, description="What an order must come to, at least."
    )
    per_customer: int | None = Field(
        default=None, ge=1, le=1_000_000, description="How often a customer may; null: no limit."
    )
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    valid_days: int | None = Field(
        default=None, ge=1, le=3650, description="How long a code is good for; null: for good."
    )
    tiers: tuple[Annotated[str, Field(max_length=63)], ...] = Field(
        default=(), max_length=20, description="For customers on these tiers only; empty: for all."
    )
    where: Where = Where.BOTH
    on_refund: OnRefund = OnRefund.PRO_RATA
    returns_unused: bool = Field(
        default=True, description="Whether the points of a code that lapses unused come back."
    )

    @model_validator(mode="after")
    def _sense(self) -> "Terms":
        needs_amounts = self.kind in (Kind.AMOUNT_OFF, Kind.GIFT_CARD)
        if needs_amounts != bool(self.amounts):
            raise ValueError("give amounts by currency with amount_off and gift_card, only")
        if (self.kind is Kind.PERCENT_OFF) != (self.percent is not None):
            raise ValueError("give a percentage with percent_off, and only then")
        if (self.kind is Kind.FREE_PRODUCT) != (self.product is not None):
            raise ValueError("name a product with free_product, and only then")
        for instant in (self.starts_at, self.ends_at):
            if instant is not None and instant.tzinfo is None:
                raise ValueError("give instants with their offset from UTC")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("a reward ends after it starts")
        return self


class Reward(msgspec.Struct, frozen=True):
    """A reward as it stands."""

    merchant_id: UUID
    id: RewardId
    state: RewardState
    version: int
    terms: Terms
    position: int
    """Its place in the catalogue, lowest first."""
    stock: int | None
    """How many there are in all; None: no limit."""
    taken: int
    created_at: datetime
    updated_at: datetime


class GivenFor(msgspec.Struct, frozen=True):
    """What a reward was given for, rather than redeemed. Each step of it gives one code, ever."""

    kind: str
    """Such as `referral`."""
    id: str
    """As on the wire."""
    step: str


class Grant(msgspec.Struct, frozen=True):
    """A reward that somebody is to have for nothing."""

    merchant_id: UUID
    reward_id: RewardId
    customer_id: UUID
    """A living customer."""
    given_for: GivenFor


class Redemption(msgspec.Struct, frozen=True):
    """One code of a reward: points bought it, or it was given."""

    merchant_id: UUID
    id: RedemptionId
    reward_id: RewardId
    reward_version: int
    customer_id: UUID
    entry_id: UUID | None
    """The ledger's line that paid for it; None: it was given."""
    cost: int
    state: State
    code: str
    value: dict[str, str]
    """What the code is worth: kind, amount and currency, percent or product."""
    issuer: str
    issued_at: datetime
    expires_at: datetime | None
    settled_at: datetime | None
    order_id: UUID | None
    given_for: GivenFor | None


class Step(msgspec.Struct, frozen=True):
    """One change of a redemption's state."""

    from_state: str | None
    to_state: str
    actor: str
    reason: str | None
    occurred_at: datetime


class CodeIssuer(Protocol):
    """Who makes the codes that customers are given."""

    @property
    def name(self) -> str:
        """Kept with every redemption."""
        ...

    def draw(self) -> str:
        """A code that nobody can guess and that was never given before."""
        ...
