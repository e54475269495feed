"""The words of this module: merchants, their stores and what their program is set to."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from loyalnest.kernel import currencies

POINTS_AT_MOST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Merchant:
    """A tenant: runs one program across its stores."""

    id: UUID
    handle: str
    name: str
    currency: str
    time_zone: str
    locale: str
    created_at: datetime

    @property
    def zone(self) -> ZoneInfo:
        """Where this merchant's days begin."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Store:
    """One selling place of a merchant, known at its provider by a domain."""

    id: UUID
    merchant_id: UUID
    provider: str
    domain: str
    name: str
    created_at: datetime
    uninstalled_at: datetime | None
    web_addresses: tuple[str, ...] = ()
    """Where its pages are besides its domain, as browsers name it: `https://www.example.com`."""


@dataclass(frozen=True, slots=True)
class Shop:
    """Whose store a delivery comes from."""

    merchant_id: UUID
    store_id: UUID


class AwardOn(StrEnum):
    """The moment in an order's life that earns points."""

    CREATED = "created"
    PAID = "paid"
    FULFILLED = "fulfilled"


class HoldKind(StrEnum):
    """How long points stay pending once they are earned."""

    NONE = "none"
    DAYS = "days"
    FULFILLED = "fulfilled"


class Rounding(StrEnum):
    """What becomes of a fraction of a point, once per order."""

    DOWN = "down"
    NEAREST = "nearest"
    UP = "up"


def _known_currency(code: str) -> str:
    if not currencies.is_currency(code):
        raise ValueError("not a currency of ISO 4217")
    return code


Currency = Annotated[str, AfterValidator(_known_currency)]
Rate = Annotated[Decimal, Field(ge=0, le=1_000_000, max_digits=13, decimal_places=6)]
ActionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
SegmentName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Factor = Annotated[Decimal, Field(ge=1, le=100, max_digits=7, decimal_places=4)]
Times = Annotated[int, Field(ge=1, le=1_000_000)]


class Settings(BaseModel):
    """What all parts of a program's settings have in common: closed and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _switched(given: Any, meant: Callable[[bool], dict[str, Any]]) -> Any:
    """Settings whose `enabled` is put into today's words; versions are kept as they were saved."""
    if not isinstance(given, dict):
        return given
    said = cast("dict[str, Any]", given)
    if "enabled" not in said:
        return said
    return meant(bool(said["enabled"])) | {k: v for k, v in said.items() if k != "enabled"}


class Hold(Settings):
    """How long points from orders stay pending."""

    kind: HoldKind = HoldKind.NONE
    days: int = Field(default=0, ge=0, le=3650, description="With `days`: how many.")

    @model_validator(mode="after")
    def _days_where_they_mean_something(self) -> "Hold":
        if (self.kind is HoldKind.DAYS) != (self.days > 0):
            raise ValueError("give a number of days above 0 with the kind 'days', and only then")
        return self


class Counts(Settings):
    """What of an order counts as spent."""

    discounted: bool = Field(default=True, description="Prices after discounts rather than before.")
    shipping: bool = False
    tax: bool = False
    gift_cards: bool = Field(
        default=False, description="Buying one; paying with one always counts."
    )
    tips: bool = False


class Switch(StrEnum):
    """How a part of a program stands."""

    ON = "on"
    PAUSED = "paused"
    """It stands still and will go on: promises are kept, and time doesn't count against anybody."""
    OFF = "off"
    """It isn't offered, or it has come to its end."""


class Switches(Settings):
    """What runs, and what doesn't."""

    program: Switch = Field(
        default=Switch.ON,
        description="`paused`: nothing is earned, redeemed or expires. `off`: nothing is earned;"
        " what customers have can be spent until it expires.",
    )
    orders: Switch = Field(default=Switch.ON, description="Whether orders earn points.")
    campaigns: Switch = Field(
        default=Switch.ON, description="Whether campaigns add to what orders earn."
    )
    referrals: Switch = Field(
        default=Switch.ON, description="Whether friends can be referred; those who were, count."
    )
    gamification: Switch = Field(
        default=Switch.ON, description="Whether badges are judged and leaderboards go on."
    )
    nudges: Switch = Field(
        default=Switch.ON, description="Whether anything on the shop's pages speaks up by itself."
    )


class ActionRule(Settings):
    """What an action other than a purchase earns."""

    state: Switch = Switch.OFF
    points: int = Field(ge=1, le=POINTS_AT_MOST)
    per_day: Times | None = Field(
        default=None, description="How often a customer's day; null: no limit."
    )
    per_customer: Times | None = Field(
        default=None, description="How often in all; null: no limit."
    )

    @model_validator(mode="before")
    @classmethod
    def _written_before_there_were_pauses(cls, given: Any) -> Any:
        return _switched(given, lambda on: {"state": Switch.ON if on else Switch.OFF})


class DebtPolicy(Settings):
    """What happens when more is taken back than is left."""

    allowed: bool = Field(default=True, description="Whether a balance may go below zero.")
    blocks_redemption: bool = True


def _usual_actions() -> dict[str, ActionRule]:
    return {
        "signup": ActionRule(points=200, per_customer=1),
        "newsletter": ActionRule(points=100, per_customer=1),
        "review": ActionRule(points=100),
        "birthday": ActionRule(points=200),
        "social_follow": ActionRule(points=50, per_customer=1),
        "visit": ActionRule(points=10),
    }


class Combine(StrEnum):
    """What several multipliers on one order come to."""

    HIGHEST = "highest"
    SUM = "sum"
    """1 + the sum of what each adds: ×1.5 and ×2 make ×2.5."""
    PRODUCT = "product"
    """×1.5 and ×2 make ×3."""


class Multipliers(Settings):
    """How the multipliers of tiers, segments and campaigns come together on one order."""

    combine: Combine = Combine.HIGHEST
    at_most: Factor = Field(default=Decimal(10), description="No order earns more than this.")
    segments: dict[SegmentName, Factor] = Field(
        default_factory=dict, max_length=50, description="What a customer's segment multiplies by."
    )


class ProgramSettings(Settings):
    """How a merchant's program earns. A change makes a new version and never rewrites the past."""

    switches: Switches = Switches()
    award_on: AwardOn = AwardOn.PAID
    hold: Hold = Hold()
    default_rate: Rate = Field(default=Decimal(1), description="Points for one unit of money.")
    rates: dict[Currency, Rate] = Field(
        default_factory=dict,
        max_length=200,
        description="Points for one unit of these currencies instead.",
    )
    rounding: Rounding = Rounding.DOWN
    counts: Counts = Counts()
    actions: dict[ActionName, ActionRule] = Field(default_factory=_usual_actions, max_length=100)
    multipliers: Multipliers = Multipliers()
    debt: DebtPolicy = DebtPolicy()

    @model_validator(mode="before")
    @classmethod
    def _written_before_there_were_switches(cls, given: Any) -> Any:
        return _switched(given, lambda on: {"switches": {} if on else {"program": Switch.PAUSED}})

    @property
    def running(self) -> bool:
        """Whether anything is earned."""
        return self.switches.program is Switch.ON

    def runs(
        self, part: Literal["orders", "campaigns", "referrals", "gamification", "nudges"]
    ) -> bool:
        """Whether a part of the program is on, and the program with it."""
        return self.running and getattr(self.switches, part) is Switch.ON


@dataclass(frozen=True, slots=True)
class ProgramVersion:
    """A program's settings from one instant on."""

    merchant_id: UUID
    version: int
    effective_from: datetime
    settings: ProgramSettings
    created_by: str


@dataclass(frozen=True, slots=True)
class Program:
    """Every version of a merchant's settings, oldest first; there is always one."""

    versions: Sequence[ProgramVersion]

    def at(self, instant: datetime) -> ProgramVersion:
        """The version in force at an instant; the first one for all that came before it."""
        following = bisect_right(self.versions, instant, key=lambda each: each.effective_from)
        return self.versions[max(following - 1, 0)]

    @property
    def current(self) -> ProgramVersion:
        """The newest version."""
        return self.versions[-1]
