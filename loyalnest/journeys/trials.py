"""The words of trials: what a step says in several ways, each customer the same way every time."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from loyalnest import experiments, templates
from loyalnest.kernel.languages import LANGUAGES


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OtherWords(_Closed):
    """What a variant says otherwise in one language; what is left out stays as the template has
    it."""

    subject: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    body: Annotated[str, Field(max_length=10_000)] | None = Field(
        default=None, description="In 10 to 1,000 characters."
    )


class WordsVariant(_Closed):
    """One of the ways in which a step speaks. The first is what the others are compared with."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
    weight: int = Field(default=1, ge=1, le=100, description="Its share, beside the others'.")
    words: dict[str, OtherWords] = Field(
        default_factory=dict,
        max_length=len(LANGUAGES),
        description="By language; whoever reads another hears what the template says.",
    )

    def rewording(self, language: str) -> templates.Rewording | None:
        """What it says otherwise in a language, if anything."""
        said = self.words.get(language)
        return said and templates.Rewording(language, said.subject, said.body)


class TrialGoal(StrEnum):
    """What a variant should bring more of."""

    CLICKED = "clicked"
    REDEEMED = "redeemed"
    """The code that came with it was used."""
    BOUGHT = "bought"


class WordsTrial(_Closed):
    """Two to four ways to say the same, and what has to be known before any is called better."""

    variants: tuple[WordsVariant, ...] = Field(min_length=2, max_length=4)
    goal: TrialGoal = TrialGoal.CLICKED
    plan: experiments.Plan

    @model_validator(mode="after")
    def _compares(self) -> Self:
        if len({it.key for it in self.variants}) < len(self.variants):
            raise ValueError("every variant needs a key of its own")
        if any(set(it.words) - set(LANGUAGES) for it in self.variants):
            raise ValueError(f"word it in any of {', '.join(LANGUAGES)}")
        said = [it.words for it in self.variants]
        if any(one == other for n, one in enumerate(said) for other in said[:n]):
            raise ValueError("two variants say the same")
        return self

    @property
    def weights(self) -> list[int]:
        """The variants' weights, in their order."""
        return [it.weight for it in self.variants]

    def of(self, salt: str, customer_id: object) -> WordsVariant:
        """Which variant is a customer's: a matter of arithmetic, so that it is never another."""
        place = experiments.assigned(salt, str(customer_id), percent=100, weights=self.weights)
        assert place is not None  # everybody takes part
        return self.variants[place]
