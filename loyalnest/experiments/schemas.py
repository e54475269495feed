"""What experiments and usage look like on the wire."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from loyalnest.experiments.rules.results import MISMATCH_BELOW
from loyalnest.experiments.values import (
    Action,
    Batch,
    Comparison,
    Count,
    Design,
    Experiment,
    ExperimentState,
    ExperimentVerdict,
    GoalKind,
    Happening,
    Outcome,
    Plan,
    Result,
    Subject,
    VariantResult,
    Visitor,
)
from loyalnest.kernel.http import Instant, ReadVersion

EVENTS_AT_ONCE = 50
CLICK_THROUGH_TARGET = 0.1
"""What merchants aim at: that one view in ten of what may be clicked leads to a click."""
_Name = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]


class UsageEvent(BaseModel):
    """Something that a visitor did."""

    action: Action
    element: Annotated[str, Field(max_length=60)] = Field(
        description="Such as `launcher`, `panel` or `nudge:ndg_…`; one that we don't know is not"
        " counted."
    )
    at: Instant = Field(
        description="By the visitor's clock; what is more than a day off ours is not counted."
    )
    experiment: _Name | None = Field(
        default=None, description="With `view`: the experiment that decided what was shown."
    )
    variant: _Name | None = None


class UsageReport(BaseModel):
    """What a visitor did on a shop's pages."""

    shop: str = Field(
        pattern=r"^[A-Za-z0-9.-]{1,253}$",
        description="The store's domain.",
        examples=["the-nest.myshopify.com"],
    )
    visitor: Visitor = Field(
        description="128 random bits in base64url that the page made, kept with consent alone."
    )
    consent: Literal[True] = Field(description="That the visitor agreed to be counted.")
    events: list[UsageEvent] = Field(min_length=1, max_length=EVENTS_AT_ONCE)

    def batch(self, member: tuple[UUID, UUID] | None) -> Batch:
        """As the use case takes it."""
        said = [
            Happening(it.action, it.element, it.at, it.experiment, it.variant) for it in self.events
        ]
        return Batch(self.shop, self.visitor, said, member)


class NewExperiment(BaseModel):
    """An experiment to draw up."""

    model_config = ConfigDict(extra="forbid")

    design: Design


class ExperimentChange(NewExperiment):
    """A draft as it should be."""

    version: ReadVersion = None


class ExperimentView(BaseModel):
    """An experiment and where it is in its life."""

    id: str = Field(
        description="Pages know it by this, too: it decides who meets what.",
        examples=["exp_01890a5d7b3e7c4f8a1b2c3d4e5f6071"],
    )
    version: int
    state: ExperimentState
    design: Design
    needed: dict[str, int] = Field(
        description="By variant: how many have to be counted before anything is said."
    )
    created_at: datetime
    created_by: str
    started_at: datetime | None
    started_by: str | None
    ended_at: datetime | None
    ended_by: str | None

    @classmethod
    def of(cls, it: Experiment) -> "ExperimentView":
        """The experiment as the API shows it."""
        return cls(
            id=it.key,
            version=it.version,
            state=it.state,
            design=it.design,
            needed=dict(it.needed),
            created_at=it.created_at,
            created_by=it.created_by,
            started_at=it.started_at,
            started_by=it.started_by,
            ended_at=it.ended_at,
            ended_by=it.ended_by,
        )


class PlanQuestion(Plan):
    """What a plan would ask for: the plan itself, and what it is about."""

    subject: Subject
    goal: GoalKind = GoalKind.CLICK
    percent: int = Field(default=100, ge=1, le=100, description="Of all visitors.")
    weight: list[Annotated[int, Field(ge=1, le=100)]] = Field(
        default=[1, 1], min_length=2, max_length=5, description="Of each variant, in their order."
    )


class PlanView(BaseModel):
    """What a plan asks for."""

    needed: list[int] = Field(description="Visitors of each variant, in their order.")
    in_all: int
    views_a_day: float | None = Field(
        description="Of the element, in the last four weeks; null: it has not been seen yet."
    )
    days: int | None = Field(
        description="How long it takes at least, at today's views. Who comes twice is one visitor,"
        " so it takes longer; null where nothing is known, or only members count."
    )


class IntervalView(BaseModel):
    """From where to where a figure may lie."""

    low: float
    high: float


class ComparisonView(BaseModel):
    """A variant beside the first one."""

    difference: float = Field(description="Of the shares: 0.02 is two in a hundred more.")
    interval: IntervalView = Field(
        description="Newcombe's, at the plan's confidence shared by all comparisons."
    )
    outcome: Outcome | None = Field(description="Null as long as nothing may be said.")

    @classmethod
    def of(cls, it: Comparison) -> "ComparisonView":
        """The comparison as the API shows it."""
        interval = IntervalView(low=it.interval.low, high=it.interval.high)
        return cls(difference=it.difference, interval=interval, outcome=it.outcome)


class VariantResultView(BaseModel):
    """What a variant has brought."""

    variant: str
    needed: int
    visitors: int = Field(description="Everybody who met it; of members' goals, members alone.")
    counted: int = Field(
        description="Whose time to reach the goal is over: the first ones, up to `needed`."
    )
    reached: int = Field(description="Those counted who reached the goal.")
    share: float | None
    interval: IntervalView | None = Field(description="Wilson's, at the plan's confidence.")
    against_first: ComparisonView | None

    @classmethod
    def of(cls, it: VariantResult) -> "VariantResultView":
        """The variant's result as the API shows it."""
        return cls(
            variant=it.key,
            needed=it.needed,
            visitors=it.tally.visitors,
            counted=it.tally.counted,
            reached=it.tally.reached,
            share=it.share,
            interval=it.interval and IntervalView(low=it.interval.low, high=it.interval.high),
            against_first=it.against_first and ComparisonView.of(it.against_first),
        )


class ResultView(BaseModel):
    """What is known of an experiment so far, and what may be said of it."""

    verdict: ExperimentVerdict
    variants: list[VariantResultView]
    mismatch_p: float | None = Field(
        description="How probable by chance it is that the variants' shares of the visitors lie so"
        f" far off the plan; below {MISMATCH_BELOW} something is broken. Null: too few yet."
    )
    days_to_go: int | None = Field(description="At the pace so far; null where there is none.")

    @classmethod
    def of(cls, result: Result, days_to_go: int | None) -> "ResultView":
        """The result as the API shows it."""
        return cls(
            verdict=result.verdict,
            variants=[VariantResultView.of(it) for it in result.variants],
            mismatch_p=result.mismatch_p,
            days_to_go=days_to_go,
        )


class Uses(BaseModel):
    """How often something was done."""

    views: int = 0
    clicks: int = 0
    dismissals: int = 0
    goals: int = 0

    @classmethod
    def of(cls, counts: Iterable[Count]) -> "Uses":
        """These counts, added up."""
        times = dict.fromkeys(Action, 0)
        for it in counts:
            times[it.action] += it.times
        return cls(
            views=times[Action.VIEW],
            clicks=times[Action.CLICK],
            dismissals=times[Action.DISMISS],
            goals=times[Action.GOAL],
        )


class DayUses(Uses):
    """How often on a day of the merchant's calendar."""

    day: date


class ElementUses(Uses):
    """How an element was used."""

    element: str
    click_through: float | None = Field(description="Clicks by views; null without a view.")
    days: list[DayUses] = Field(description="Days on which nothing was done are left out.")

    @classmethod
    def of_element(cls, element: str, counts: Sequence[Count]) -> "ElementUses":
        """An element's counts in all, and day by day."""
        in_all = Uses.of(counts)
        by_day = groupby(sorted(counts, key=lambda it: it.on), key=lambda it: it.on)
        return cls(
            **in_all.model_dump(),
            element=element,
            click_through=in_all.clicks / in_all.views if in_all.views else None,
            days=[DayUses(day=day, **Uses.of(those).model_dump()) for day, those in by_day],
        )


class UsageFigures(BaseModel):
    """How what is on the shop's pages was used by those who agreed to be counted."""

    first: date
    last: date
    click_through_target: float = Field(description="What to aim at; it stops nothing.")
    elements: list[ElementUses]

    @classmethod
    def of(cls, first: date, last: date, counts: Sequence[Count]) -> "UsageFigures":
        """The figures as the API shows them, by element."""
        by_element = groupby(sorted(counts, key=lambda it: it.element), key=lambda it: it.element)
        return cls(
            first=first,
            last=last,
            click_through_target=CLICK_THROUGH_TARGET,
            elements=[ElementUses.of_element(name, list(those)) for name, those in by_element],
        )
