"""The words of this module: journeys, what starts them, their steps, and who is under way."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, NewType, Self
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator

from loyalnest import messaging, templates
from loyalnest.journeys.trials import TrialGoal, WordsTrial
from loyalnest.kernel.ids import to_wire

JourneyId = NewType("JourneyId", UUID)
EnrolmentId = NewType("EnrolmentId", UUID)
WIRE_PREFIX = "jrn"
ENROLMENT = "enr"
SOURCE = "journey"
"""What messages, codes and points of a journey name as their source."""

ANYTIME = frozenset(
    {templates.Occasion.WIN_BACK, templates.Occasion.BIRTHDAY, templates.Occasion.OFFER}
)
"""What every journey can say; the rest only makes sense where its trigger knows what to fill in."""
_TRIED_ON = ((messaging.Channel.EMAIL,), (messaging.Channel.SMS,))
"""One channel, so that variants differ in nothing else; WhatsApp approves its words beforehand."""
TRIGGERED = {
    "milestone": templates.Occasion.MILESTONE,
    "almost_there": templates.Occasion.ALMOST_THERE,
    "expiry": templates.Occasion.POINTS_EXPIRING,
    "card_almost_full": templates.Occasion.CARD_ALMOST_FULL,
    "card_milestone": templates.Occasion.CARD_MILESTONE,
}


class Closed(BaseModel):
    """What all parts of a plan have in common: closed and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class State(StrEnum):
    """What a merchant has decided about a journey."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    """Nobody enters, nobody moves on, and what was not sent yet is held."""
    ENDED = "ended"
    """For good: what was not sent yet is dropped."""


Key = Annotated[str, Field(min_length=1, max_length=255)]


class Inactivity(Closed):
    """Nothing was bought for some days, or for longer than is the customer's own way."""

    kind: Literal["inactivity"] = "inactivity"
    days: int | None = Field(
        default=None, ge=1, le=365, description="Since the last order, 7 to 30."
    )
    rhythm: Decimal | None = Field(
        default=None,
        ge=1,
        le=10,
        decimal_places=1,
        description="So many times the customer's own median gap between orders; for customers"
        " with two orders or more.",
    )

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.days is None) == (self.rhythm is None):
            raise ValueError("give days, or a factor of the customer's own rhythm, not both")
        return self


class Birthday(Closed):
    """The customer's birthday, or some days before it, once a year."""

    kind: Literal["birthday"] = "birthday"
    days_before: int = Field(default=0, ge=0, le=30)


class Milestone(Closed):
    """The customer's tenth order, or whichever are worth a word."""

    kind: Literal["milestone"] = "milestone"
    orders: tuple[Annotated[int, Field(ge=1, le=10_000)], ...] = Field(min_length=1, max_length=20)


class AlmostThere(Closed):
    """Few points are missing for a reward; once for a customer until they have got it."""

    kind: Literal["almost_there"] = "almost_there"
    reward_id: Key
    missing_at_most: int = Field(ge=1, le=10**9, description="Points.")


class CardAlmostFull(Closed):
    """Few stamps are missing on a card; once for each reward of a round."""

    kind: Literal["card_almost_full"] = "card_almost_full"
    card_program_id: Key
    missing_at_most: int = Field(ge=1, le=99, description="Stamps.")
    up_to: Literal["next_reward", "full_card"] = Field(
        default="next_reward", description="What they are missing for."
    )


class CardMilestone(Closed):
    """The customer's fiftieth stamp of a card program, or whichever are worth a word.

    Stamps of all rounds count, except those that were taken back.
    """

    kind: Literal["card_milestone"] = "card_milestone"
    card_program_id: Key
    stamps: tuple[Annotated[int, Field(ge=1, le=100_000)], ...] = Field(min_length=1, max_length=20)


class TierChange(Closed):
    """The customer reached a tier, or lost one."""

    kind: Literal["tier"] = "tier"
    how: Literal["reached", "lost"] = "reached"
    tiers: tuple[Key, ...] = Field(default=(), max_length=50, description="Empty: any.")


class ExpiryAhead(Closed):
    """Points lapse in some days unless they are spent."""

    kind: Literal["expiry"] = "expiry"
    days_before: int = Field(default=14, ge=1, le=90)


class Happened(Closed):
    """Something happened to the customer."""

    kind: Literal["event"] = "event"
    event: Literal[
        "customer.enrolled",
        "order.recorded",
        "reward.redeemed",
        "reward.used",
        "reward.expired",
        "referral.completed",
        "badge.awarded",
    ]


class SegmentChange(Closed):
    """The customer came into a segment, or left it."""

    kind: Literal["segment"] = "segment"
    how: Literal["entered", "left"] = "entered"
    segments: tuple[Key, ...] = Field(min_length=1, max_length=20)


Trigger = Annotated[
    Inactivity
    | Birthday
    | Milestone
    | AlmostThere
    | CardAlmostFull
    | CardMilestone
    | TierChange
    | ExpiryAhead
    | Happened
    | SegmentChange,
    Field(discriminator="kind"),
]


class JourneyAudience(Closed):
    """Who may enter, in the words of the conditions of campaigns; an empty list asks for nothing.

    Judged when somebody enters, and never again.
    """

    segments: tuple[Key, ...] = Field(
        default=(), max_length=50, description="They are in one of these RFM segments."
    )
    tiers: tuple[Key, ...] = Field(
        default=(), max_length=50, description="They stand on one of these tiers."
    )
    minimum_spend: Decimal = Field(
        default=Decimal(0),
        ge=0,
        max_digits=14,
        description="What is left of all their orders, at least, in the merchant's own currency.",
    )


class RewardGift(Closed):
    """A reward for nothing, with a code of its own for each recipient."""

    kind: Literal["reward"] = "reward"
    reward_id: Key


class PointsGift(Closed):
    """Bonus points for each recipient."""

    kind: Literal["points"] = "points"
    points: int = Field(ge=1, le=1_000_000)


class Wait(Closed):
    """Let time pass before the next step."""

    kind: Literal["wait"] = "wait"
    hours: int = Field(ge=1, le=24 * 90)


class Tell(Closed):
    """Say something, with a gift or without."""

    kind: Literal["tell"] = "tell"
    occasion: templates.Occasion
    channels: tuple[messaging.Channel, ...] = Field(
        min_length=1, max_length=3, description="Where it is tried, in this order."
    )
    gift: Annotated[RewardGift | PointsGift, Field(discriminator="kind")] | None = None
    trial: WordsTrial | None = Field(
        default=None, description="Says it in several ways, to find out which works best."
    )

    @model_validator(mode="after")
    def _each_channel_once(self) -> Self:
        if len(set(self.channels)) < len(self.channels):
            raise ValueError("name each channel once")
        if self.trial and self.channels not in _TRIED_ON:
            raise ValueError("a trial has e-mail or SMS for its only channel")
        if self.trial and self.trial.goal is TrialGoal.REDEEMED and self.gift is None:
            raise ValueError("nothing is redeemed of a message that brings nothing")
        return self


def trial_salt(journey_id: JourneyId, step: int) -> str:
    """What salts the lots of a step's trial, so that no two divide customers alike."""
    return f"{to_wire(WIRE_PREFIX, journey_id)}:{step}"


Step = Annotated[Wait | Tell, Field(discriminator="kind")]


class EndsWhen(StrEnum):
    """What ends a journey for somebody before its last step."""

    BOUGHT = "bought"
    REDEEMED = "redeemed"
    """They used the code that the journey gave them."""
    LEFT_SEGMENT = "left_segment"
    """They are in none of the audience's segments any more."""


class JourneyPlan(Closed):
    """Everything that decides what a journey does; a change makes a new version of it."""

    name: str = Field(max_length=1000, description="In 3 to 255 characters.")
    trigger: Trigger
    audience: JourneyAudience = JourneyAudience()
    steps: tuple[Step, ...] = Field(min_length=1, max_length=20)
    ends_when: tuple[EndsWhen, ...] = Field(default=(EndsWhen.BOUGHT,), max_length=3)
    holdout: int = Field(
        default=10,
        ge=0,
        le=50,
        description="Per cent of customers, always the same ones, who hear nothing: the lift is"
        " measured against them. It stays as it was once the journey has started.",
    )
    counts_days: int = Field(
        default=14,
        ge=1,
        le=90,
        description="For how many days after somebody enters what they buy is counted.",
    )

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if not self.tells:
            raise ValueError("a journey says something at least once")
        sayable = {*ANYTIME, TRIGGERED.get(self.trigger.kind)}
        if any(step.occasion not in sayable for step in self.tells):
            raise ValueError("say win_back, birthday or offer, or what the trigger is about")
        if self.steps[-1].kind == "wait":
            raise ValueError("nothing comes of waiting at the end")
        if EndsWhen.LEFT_SEGMENT in self.ends_when and not self.audience.segments:
            raise ValueError("name the audience's segments, if leaving them is to end it")
        return self

    @property
    def tells(self) -> list[Tell]:
        """What it says, in order."""
        return [step for step in self.steps if isinstance(step, Tell)]

    @property
    def channels(self) -> frozenset[messaging.Channel]:
        """Every channel that it speaks on."""
        return frozenset(channel for step in self.tells for channel in step.channels)


class Journey(msgspec.Struct, frozen=True):
    """A journey as it stands."""

    merchant_id: UUID
    id: JourneyId
    version: int
    state: State
    plan: JourneyPlan
    paused_for: str | None
    """Why it was paused, unless somebody did it by hand."""
    created_at: datetime
    created_by: str
    updated_at: datetime
    started_at: datetime | None
    """When it first went live: nothing that happened before starts it."""


class EndedWhy(StrEnum):
    """How somebody's journey came to its end."""

    FINISHED = "finished"
    BOUGHT = "bought"
    REDEEMED = "redeemed"
    LEFT_SEGMENT = "left_segment"
    GONE = "gone"
    """They were forgotten, or turned out to be somebody else."""
    JOURNEY_ENDED = "journey_ended"


class Enrolment(msgspec.Struct, frozen=True):
    """Somebody's way through a journey, by the version that they entered."""

    merchant_id: UUID
    id: EnrolmentId
    journey_id: JourneyId
    version: int
    customer_id: UUID
    occurrence: str
    """What made them enter; the same never does twice."""
    facts: dict[str, Any]
    """What its words need to know of the occurrence: numbers, days, names of rewards."""
    held_out: bool
    step: int
    """The index of the step that comes next."""
    entered_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    ended_why: EndedWhy | None
    redeemed_at: datetime | None


class Candidate(msgspec.Struct, frozen=True):
    """Somebody who would enter a journey now, for this occurrence."""

    customer_id: UUID
    occurrence: str
    facts: dict[str, Any] = {}
