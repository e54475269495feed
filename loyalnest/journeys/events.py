"""Facts about journeys and who is under way in them."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class _OfJourney(Event, frozen=True, kw_only=True):
    journey_id: UUID


class JourneySaved(_OfJourney, frozen=True, kw_only=True):
    """A journey was drawn up or changed: whoever enters from now on follows this version."""

    type: ClassVar[str] = "journey.saved"

    version: int


class JourneyStateChanged(_OfJourney, frozen=True, kw_only=True):
    """A journey was started, paused, resumed or ended."""

    type: ClassVar[str] = "journey.state_changed"

    state: str
    reason: str | None = None
    """Why, where nobody did it by hand: what the sender's provider refused."""


class JourneyEntered(_OfJourney, frozen=True, kw_only=True):
    """A customer has entered a journey. Nothing is announced of those who are held out."""

    type: ClassVar[str] = "journey.entered"

    enrolment_id: UUID
    version: int


class JourneyLeft(_OfJourney, frozen=True, kw_only=True):
    """A customer has come to the end of a journey, or out of it before."""

    type: ClassVar[str] = "journey.left"

    enrolment_id: UUID
    reason: str
