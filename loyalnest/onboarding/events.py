"""What this module announces."""

from typing import ClassVar

from loyalnest.kernel.events import Event


class StepDismissed(Event, frozen=True, kw_only=True):
    """A merchant has no need of a step of the onboarding, or of the list itself."""

    type: ClassVar[str] = "onboarding.dismissed"

    step: str


class StepRestored(Event, frozen=True, kw_only=True):
    """A step of the onboarding that was left out is listed again."""

    type: ClassVar[str] = "onboarding.restored"

    step: str
