"""The words of this module: card programs and their terms, cards, stamps, and what stages bring."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from secrets import token_hex
from typing import Annotated, Literal, NewType
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from loyalnest.kernel.languages import Wanted

CardProgramId = NewType("CardProgramId", UUID)
CardId = NewType("CardId", UUID)
StampId = NewType("StampId", UUID)
CardRewardId = NewType("CardRewardId", UUID)
PROGRAM, CARD, STAMP, CARD_REWARD, CONVERSION = "crp", "crd", "stm", "crw", "ccv"
"""How their ids begin on the wire."""

STAMPS_AT_MOST = 100
"""On one card, and at once."""

_Name = Annotated[str, Field(min_length=1, max_length=100)]
_Names = Annotated[dict[str, _Name], Field(max_length=50, description="By language.")]
_Money = Annotated[Decimal, Field(gt=0, le=10**9, max_digits=14, decimal_places=3)]


class ProgramState(StrEnum):
    """What a merchant has decided about a card program."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    """Cards stay as they are and aren't stamped; rewards that are due can be used."""
    ARCHIVED = "archived"


class StampKind(StrEnum):
    """What a card was stamped for."""

    VISIT = "visit"
    WELCOME = "welcome"
    BIRTHDAY = "birthday"
    EXTRA = "extra"
    """By hand, for something else; no visit."""


class RewardStanding(StrEnum):
    """What became of a stage's reward."""

    DUE = "due"
    USED = "used"
    TAKEN_BACK = "taken_back"
    """Gone unused, because the stamps it came from were taken back."""


class Closed(BaseModel):
    """A part of the terms: unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(Closed):
    """So many stamps bring this."""

    key: str = Field(
        default_factory=lambda: token_hex(4),
        pattern=r"^[a-z0-9-]{1,32}$",
        description="What tells a stage from others over all versions; made up if left out.",
    )
    count: int = Field(ge=1, le=STAMPS_AT_MOST)
    name: _Name = Field(examples=["Free coffee"])
    names: _Names = Field(default_factory=dict)
    cost: _Money | None = Field(
        default=None, description="What it costs the merchant, in the merchant's currency."
    )


class Validity(Closed):
    """When stamps lapse: each by itself, or all of them once the card has long not been used."""

    days: int = Field(ge=1, le=3650)
    counted: Literal["each_stamp", "last_use"] = "last_use"


class Conversion(Closed):
    """So many stamps are worth so many points."""

    stamps: int = Field(ge=1, le=STAMPS_AT_MOST)
    points: int = Field(ge=1, le=10**9)
    to_points: bool = True
    to_stamps: bool = False


class CardTerms(Closed):
    """What a card asks for and brings; a change makes a new version."""

    name: _Name = Field(examples=["Coffee card"])
    names: _Names = Field(default_factory=dict)
    stages: tuple[Stage, ...] = Field(
        min_length=1, max_length=10, description="By count; the last one completes the card."
    )
    welcome_stamps: int = Field(default=0, ge=0, le=STAMPS_AT_MOST)
    birthday_stamps: int = Field(default=0, ge=0, le=STAMPS_AT_MOST)
    per_amount: _Money | None = Field(
        default=None,
        description="A stamp for each so much of a purchase, in the merchant's currency;"
        " null: staff say how many.",
    )
    most_at_once: int = Field(default=10, ge=1, le=STAMPS_AT_MOST)
    cooldown_minutes: int = Field(default=0, ge=0, le=10_080)
    daily_limit: int | None = Field(
        default=None, ge=1, le=1000, description="Stamps on one card in a day of the merchant's."
    )
    distance_m: int | None = Field(
        default=None,
        ge=50,
        le=100_000,
        description="How far from its store a stamper may be; null: anywhere.",
    )
    validity: Validity | None = Field(default=None, description="Null: stamps never lapse.")
    after_use: Literal["owe", "forgive"] = Field(
        default="owe",
        description="A stamp is taken back whose reward was used: whether the card owes it.",
    )
    conversion: Conversion | None = None

    @property
    def needed(self) -> int:
        """How many stamps fill the card."""
        return self.stages[-1].count

    @model_validator(mode="after")
    def _sense(self) -> "CardTerms":
        counts = [stage.count for stage in self.stages]
        if counts != sorted(set(counts)):
            raise ValueError("give stages by their counts, each count once")
        if len({stage.key for stage in self.stages}) != len(self.stages):
            raise ValueError("each stage has a key of its own")
        return self


class CardProgram(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant's card, as it stands."""

    merchant_id: UUID
    id: CardProgramId
    unit_id: UUID
    unit: str
    """Its code in the books."""
    state: ProgramState
    version: int
    versions: Mapping[int, CardTerms]
    """Every version there was: cards in circulation are held to the one they began with."""
    time_zone: str
    currency: str
    created_at: datetime
    updated_at: datetime

    @property
    def terms(self) -> CardTerms:
        """The newest terms."""
        return self.versions[self.version]


class Card(msgspec.Struct, frozen=True):
    """One customer's card of one program."""

    merchant_id: UUID
    id: CardId
    program_id: CardProgramId
    customer_id: UUID
    """Whose it is today, after any merge."""
    number: str
    """What is read aloud and typed: ten characters without look-alikes."""
    state: Literal["active", "void"]
    round: int
    """Which filling this is, from 1."""
    version: int
    """Under which terms the round began."""
    moves: int
    """Grows with each change of what the card shows."""
    code_step: int
    """The latest step of a short-lived code that was taken."""
    opened_at: datetime
    last_stamp_at: datetime | None
    changed_at: datetime


class CardReward(msgspec.Struct, frozen=True):
    """What a stage of one round brought."""

    merchant_id: UUID
    id: CardRewardId
    card_id: CardId
    customer_id: UUID
    round: int
    version: int
    stage: str
    count: int
    name: str
    cost: Decimal | None
    state: RewardStanding
    earned_at: datetime
    used_at: datetime | None
    used_by: str | None


class CardState(msgspec.Struct, frozen=True, kw_only=True):
    """A card as a screen, a page or a pass shows it."""

    card: Card
    program: CardProgram
    version: int
    """Under which the round is filled: the one it began with, or a later one that is better."""
    collected: int
    debt: int
    due: tuple[CardReward, ...] = ()

    @property
    def terms(self) -> CardTerms:
        """The terms of the round."""
        return self.program.versions[self.version]

    def called(self, reward: CardReward, wanted: Wanted) -> str:
        """What a reward of this card is called for a reader."""
        stages = self.program.versions[reward.version].stages
        stage = next((it for it in stages if it.key == reward.stage), None)
        return wanted.said_in(stage.names, reward.name) if stage else reward.name


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """A card that somebody is to have."""

    customer_id: UUID
    program_id: CardProgramId
    store_id: UUID | None = None
    actor: str = "system"
    number: str | None = None
    """Of a card of paper, which bears its own; else a new one is drawn."""


class Stamping(msgspec.Struct, frozen=True, kw_only=True):
    """A card that is to be stamped; once for its key."""

    card_id: CardId
    count: int | None = None
    """None: one, or what the purchase is worth by the card's terms."""
    kind: StampKind = StampKind.VISIT
    occurred_at: datetime
    key: str
    request_hash: bytes = b""
    """Digest of what was asked under the key; another one is refused."""
    actor: str
    store_id: UUID | None = None
    stamper_id: UUID | None = None
    clerk_id: UUID | None = None
    purchase: Decimal | None = None
    """In the merchant's currency."""
    offline: bool = False


class Stamped(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a stamping."""

    stamp_id: StampId
    state: CardState
    """As it is now."""
    earned: tuple[CardReward, ...]
    again: bool
    """It had been carried out before."""


class Stamp(msgspec.Struct, frozen=True):
    """One stamping of a card, as it is kept."""

    merchant_id: UUID
    id: StampId
    card_id: CardId
    customer_id: UUID
    kind: StampKind
    count: int
    store_id: UUID | None
    stamper_id: UUID | None
    clerk_id: UUID | None
    actor: str
    purchase: Decimal | None
    currency: str | None
    offline: bool
    key: str
    request_hash: bytes
    occurred_at: datetime
    recorded_at: datetime
    undone_at: datetime | None
    undone_by: str | None
    undone_reason: str | None
