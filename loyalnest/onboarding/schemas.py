"""What the onboarding looks like on the wire."""

from pydantic import BaseModel, Field

from loyalnest.onboarding.values import Phase, Progress, Stand, Step


class OnboardingStep(BaseModel):
    """One step on the way to a live program."""

    step: Step
    done: bool = Field(description="Read off the merchant's data; nobody ticks it.")
    needed: bool = Field(description="There is no program without it.")
    dismissed: bool

    @classmethod
    def of(cls, stand: Stand) -> "OnboardingStep":
        return cls(step=stand.step, done=stand.done, needed=stand.needed, dismissed=stand.dismissed)


class OnboardingView(BaseModel):
    """How far a merchant has come."""

    phase: Phase
    complete: bool = Field(description="Nothing is left to do.")
    hidden: bool = Field(description="The merchant has put the list away.")
    steps: list[OnboardingStep]

    @classmethod
    def of(cls, progress: Progress) -> "OnboardingView":
        return cls(
            phase=progress.phase,
            complete=progress.complete,
            hidden=progress.hidden,
            steps=list(map(OnboardingStep.of, progress.steps)),
        )
