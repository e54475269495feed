"""What trials of words look like on the wire."""

from decimal import Decimal

from pydantic import BaseModel, Field

from loyalnest import experiments
from loyalnest.journeys.trials import TrialGoal
from loyalnest.journeys.trying import Figures, Share, Tried
from loyalnest.kernel.intervals import Interval


class ShareBetween(BaseModel):
    """How many of those who are counted did something, and where their share may lie."""

    people: int
    share: float | None = Field(description="Null while nobody is counted.")
    low: float | None
    high: float | None

    @classmethod
    def of(cls, it: Share) -> "ShareBetween":
        """The share as the API shows it."""
        low, high = it.interval or (None, None)
        return cls(people=it.people, share=it.share, low=low, high=high)


class WordsBesideFirst(BaseModel):
    """A variant's share of the goal beside the first one's."""

    difference: float
    low: float
    high: float
    outcome: experiments.Outcome | None = Field(description="Null until the plan is reached.")

    @classmethod
    def of(cls, it: experiments.Comparison) -> "WordsBesideFirst":
        """The comparison as the API shows it."""
        between: Interval = it.interval
        return cls(difference=it.difference, low=between.low, high=between.high, outcome=it.outcome)


class WordsVariantReport(BaseModel):
    """What a variant has brought."""

    key: str
    sent: int = Field(description="People who were sent it, counted or not.")
    counted: int = Field(description="The first so many of them whose days are over.")
    needed: int = Field(description="How many are counted before anything is said.")
    clicked: ShareBetween
    redeemed: ShareBetween
    bought: ShareBetween
    revenue: Decimal = Field(
        description="What is left of what those who are counted bought in their days."
    )
    beside_first: WordsBesideFirst | None

    @classmethod
    def of(cls, it: Figures) -> "WordsVariantReport":
        """The figures as the API shows them."""
        beside = it.judged.against_first
        return cls(
            key=it.key,
            sent=it.sent,
            counted=it.judged.tally.counted,
            needed=it.judged.needed,
            clicked=ShareBetween.of(it.shares[TrialGoal.CLICKED]),
            redeemed=ShareBetween.of(it.shares[TrialGoal.REDEEMED]),
            bought=ShareBetween.of(it.shares[TrialGoal.BOUGHT]),
            revenue=round(Decimal(it.revenue), 2),
            beside_first=beside and WordsBesideFirst.of(beside),
        )


class WordsTrialReport(BaseModel):
    """What came of saying a step in several ways."""

    step: int = Field(description="The index of the step.")
    goal: TrialGoal
    verdict: experiments.ExperimentVerdict
    mismatch_p: float | None = Field(
        description="How probable it is by chance that the variants met shares of the people so"
        " far off their weights; null while they are few."
    )
    variants: list[WordsVariantReport]

    @classmethod
    def of(cls, it: Tried) -> "WordsTrialReport":
        """The trial as the API shows it."""
        return cls(
            step=it.step,
            goal=it.trial.goal,
            verdict=it.verdict,
            mismatch_p=it.mismatch_p,
            variants=[WordsVariantReport.of(each) for each in it.figures],
        )
