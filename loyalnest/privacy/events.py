"""Facts about requests. Ids and kinds only: what was written is between two people."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class PrivacyRequestOpened(Event, frozen=True, kw_only=True):
    """Somebody has asked something about their data."""

    type: ClassVar[str] = "privacy_request.opened"

    request_id: UUID
    kind: str


class PrivacyRequestAnswered(Event, frozen=True, kw_only=True):
    """They were answered."""

    type: ClassVar[str] = "privacy_request.answered"

    request_id: UUID
    kind: str
    in_time: bool


class PrivacyRequestReopened(Event, frozen=True, kw_only=True):
    """The answer was taken back; the request waits again, due when it was."""

    type: ClassVar[str] = "privacy_request.reopened"

    request_id: UUID
    kind: str
