"""The words of this module: experiments and their variants, and usage."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Annotated, NamedTuple, NewType
from uuid import UUID

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.intervals import Interval
from loyalnest.kernel.languages import LANGUAGES
from loyalnest.kernel.writing import plain

ExperimentId = NewType("ExperimentId", UUID)
WIRE_PREFIX = "exp"
LAUNCHER = "launcher"
LONGEST_WINDOW_DAYS = 30
FIELDS: Mapping[str, Mapping[str, int]] = {
    LAUNCHER: {"launcher": 40},
    "nudge": {"title": 80, "text": 300, "button": 40},
}
"""What a variant may say otherwise and how many letters it has for it, by the kind of subject."""

_NUDGE = "nudge:ndg_[0-9a-f]{32}"
_PLACES = (
    *(LAUNCHER, "panel", "points", "calculator"),
    *("join", "redeem", "refer", "subscribe"),
)
Subject = Annotated[str, Field(pattern=f"^({LAUNCHER}|{_NUDGE})$")]
"""What an experiment varies: the launcher, or a nudge by its id."""
ELEMENT = f"^({'|'.join(_PLACES)}|{_NUDGE})$"
Element = Annotated[str, Field(pattern=ELEMENT)]
"""What somebody saw, clicked, dismissed or did: a closed list, so that nobody fills it."""
Visitor = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
"""128 random bits in base64url that a page made up."""


Words = Annotated[str, Field(max_length=300), AfterValidator(plain)]


class ExperimentState(StrEnum):
    """Where an experiment is in its life."""

    DRAFT = "draft"
    RUNNING = "running"
    ENDED = "ended"


class Action(StrEnum):
    """What a visitor did with an element."""

    VIEW = "view"
    CLICK = "click"
    DISMISS = "dismiss"
    GOAL = "goal"
    """What the page is for was done: somebody joined, redeemed, referred or subscribed."""


class GoalKind(StrEnum):
    """What a variant should bring more of."""

    CLICK = "click"
    """A click on an element, by whomever."""
    GOAL = "goal"
    """What a page reports as done, by whomever."""
    ORDER = "order"
    """An order of a member, of which something is left after refunds."""
    REDEMPTION = "redemption"
    """A reward that a member redeemed and that was not cancelled."""

    @property
    def of_members(self) -> bool:
        """Whether only those count who were signed in when they met their variant."""
        return self in {GoalKind.ORDER, GoalKind.REDEMPTION}


class ExperimentVerdict(StrEnum):
    """What may be said of an experiment."""

    TOO_EARLY = "too_early"
    """Fewer have been counted than the plan asks for: any difference may be chance."""
    ENDED_EARLY = "ended_early"
    """It was ended before, and will not reach its plan."""
    MISMATCH = "mismatch"
    """The variants met other shares of the visitors than planned: something is broken."""
    NO_DIFFERENCE = "no_difference"
    """The plan is reached, and every difference may be chance."""
    DIFFERENCE = "difference"
    """The plan is reached, and at least one variant differs from the first."""


class Outcome(StrEnum):
    """How a variant compares with the first one, once the plan is reached."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"


class Closed(BaseModel):
    """What all parts of a design have in common: closed and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Variant(Closed):
    """One of the ways that are compared. The first is what there is without the experiment."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
    weight: int = Field(default=1, ge=1, le=100, description="Its share, beside the others'.")
    changes: dict[str, Words] = Field(
        default_factory=dict,
        description="What it says otherwise, in the shop's own language: `title`, `text` and"
        " `button` of a nudge; `launcher` of the launcher.",
    )
    translations: dict[str, dict[str, Words]] = Field(
        default_factory=dict, max_length=len(LANGUAGES), description="The same by language."
    )

    def said_in(self, language: str) -> Mapping[str, str]:
        """What it says otherwise in a language; what isn't translated, in the shop's own."""
        return self.changes | self.translations.get(language, {})


class ExperimentGoal(Closed):
    """What a variant should bring more of, and how long after it was met that still counts."""

    kind: GoalKind
    element: Element | None = Field(
        default=None, description="What has to be clicked or done; null with `order`, `redemption`."
    )
    within_days: int = Field(default=1, ge=1, le=LONGEST_WINDOW_DAYS)

    @model_validator(mode="after")
    def _says_where(self) -> "ExperimentGoal":
        if self.kind.of_members != (self.element is None):
            raise ValueError("name an element for a click or a goal, and none for anything else")
        return self


class Plan(Closed):
    """What is known and wanted before anything is seen. It decides how many visitors it takes."""

    baseline: float = Field(
        ge=0.0001, lt=1, description="The share that reaches the goal today, as far as is known."
    )
    effect: float = Field(
        ge=0.0001, lt=1, description="The smallest difference worth knowing, added to the baseline."
    )
    confidence: float = Field(default=0.95, ge=0.8, le=0.999)
    power: float = Field(
        default=0.8, ge=0.5, le=0.99, description="How surely such a difference is found."
    )

    @model_validator(mode="after")
    def _stays_a_share(self) -> "Plan":
        if self.baseline + self.effect >= 1:
            raise ValueError("baseline and effect together are a share below 1")
        return self


class Design(Closed):
    """All of an experiment. It is never changed once the experiment runs."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    subject: Subject
    percent: int = Field(
        default=100, ge=1, le=100, description="Of all visitors; the others see the first variant."
    )
    variants: tuple[Variant, ...] = Field(min_length=2, max_length=5)
    goal: ExperimentGoal
    plan: Plan

    @model_validator(mode="after")
    def _compares(self) -> "Design":
        keys = [variant.key for variant in self.variants]
        if len(set(keys)) != len(keys):
            raise ValueError("every variant needs a key of its own")
        fields = FIELDS[self.subject.partition(":")[0]]
        said = [
            (field, words)
            for it in self.variants
            for each in (it.changes, *it.translations.values())
            for field, words in each.items()
        ]
        if any(len(words) > fields.get(field, 0) for field, words in said):
            most = ", ".join(f"{field} ({letters})" for field, letters in fields.items())
            raise ValueError(f"a variant of it may change, in so many letters: {most}")
        translated = [(it, words) for it in self.variants for words in it.translations.values()]
        if any(set(words) - set(it.changes) for it, words in translated):
            raise ValueError("what is translated must be said in the shop's own language, too")
        if any(set(it.translations) - set(LANGUAGES) for it in self.variants):
            raise ValueError(f"translate into any of {', '.join(LANGUAGES)}")
        return self

    @cached_property
    def weights(self) -> tuple[int, ...]:
        """The variants' weights, in their order."""
        return tuple(variant.weight for variant in self.variants)


class Experiment(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An experiment as it stands."""

    merchant_id: UUID
    id: ExperimentId
    version: int
    state: ExperimentState
    design: Design
    needed: Mapping[str, int]
    """By variant: how many have to be counted before anything is said. Empty for a draft."""
    created_at: datetime
    created_by: str
    started_at: datetime | None
    started_by: str | None
    ended_at: datetime | None
    ended_by: str | None

    @cached_property
    def key(self) -> str:
        """What salts its assignment, so that no two experiments divide visitors alike."""
        return to_wire(WIRE_PREFIX, self.id)


class Shown(msgspec.Struct, frozen=True):
    """A running experiment as a page needs it, its words in one language."""

    key: str
    subject: str
    share: float
    variants: Sequence["ShownVariant"]


class ShownVariant(msgspec.Struct, frozen=True):
    """One variant as a page needs it."""

    key: str
    weight: int
    changes: Mapping[str, str]


class Happening(msgspec.Struct, frozen=True):
    """Something that a page says a visitor did."""

    action: Action
    element: str
    at: datetime
    """By the visitor's own clock."""
    experiment: str | None = None
    variant: str | None = None


class Batch(msgspec.Struct, frozen=True):
    """What a page says of one visitor at once."""

    shop: str
    """The domain of the store whose page it is."""
    visitor: str
    happenings: Sequence[Happening]
    member: tuple[UUID, UUID] | None = None
    """Merchant and customer, of somebody who is signed in."""


class Exposure(NamedTuple):
    """One visitor met one variant."""

    merchant_id: UUID
    experiment_id: UUID
    visitor: bytes
    variant: str
    customer_id: UUID | None


class Reached(NamedTuple):
    """One visitor did what an experiment's goal asks for."""

    merchant_id: UUID
    experiment_id: UUID
    visitor: bytes
    since_met: bool
    """False: before the visitor met the variant in this batch, so that only an earlier meeting
    can have brought it."""


class Tally(NamedTuple):
    """How many of a variant: met it, are counted for the verdict, and reached the goal."""

    visitors: int
    counted: int
    reached: int


class Trial(NamedTuple):
    """What decides what may be said of variants, whatever it is that they vary."""

    keys: Sequence[str]
    weights: Sequence[int]
    confidence: float
    needed: Mapping[str, int]
    """By variant: how many have to be counted before anything is said."""
    is_over: bool
    """Whether nobody meets a variant any more."""


class Comparison(NamedTuple):
    """A variant beside the first: the difference of their shares, and where it may lie."""

    difference: float
    interval: Interval
    outcome: Outcome | None
    """None as long as nothing may be said."""


class VariantResult(msgspec.Struct, frozen=True):
    """What a variant has brought."""

    key: str
    needed: int
    tally: Tally
    share: float | None
    """Of those counted, how many reached the goal; None while nobody is counted."""
    interval: Interval | None
    against_first: Comparison | None
    """None for the first, and while one of the two has nobody counted."""


class Result(msgspec.Struct, frozen=True):
    """What is known of an experiment so far."""

    verdict: ExperimentVerdict
    variants: Sequence[VariantResult]
    mismatch_p: float | None
    """How probable shares this far off the plan are by chance; None without visitors."""


class Count(NamedTuple):
    """How often something was done with an element on a day."""

    on: date
    element: str
    action: Action
    times: int
