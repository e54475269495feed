"""The words of this module: what people ask about their data."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

WIRE_PREFIX = "prq"
ANSWERED_WITHIN = timedelta(hours=72)
"""Shops allow 30 days; people deserve better."""
NOTE_AT_MOST = 2000
NOTE, ANSWER = "privacy_requests.note", "privacy_requests.answer"
"""Under which names what was written is sealed."""


class Kind(StrEnum):
    """What somebody asks for."""

    ACCESS = "access"
    """What is known of them."""
    CORRECTION = "correction"
    """That something wrong is put right."""
    ERASURE = "erasure"
    """To be forgotten."""
    OBJECTION = "objection"
    """That something is no longer done with their data."""


class Standing(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    """Open, and past its time."""
    ANSWERED = "answered"


class Question(msgspec.Struct, frozen=True):
    """What somebody asked elsewhere, and a shop passes on."""

    merchant_id: UUID
    customer_id: UUID
    """A living customer."""
    kind: Kind
    asked_at: datetime


class PrivacyRequest(msgspec.Struct, frozen=True):
    """One thing that one person asked."""

    merchant_id: UUID
    id: UUID
    customer_id: UUID
    kind: Kind
    note: str | None
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None
    answered_by: str | None
    answer: str | None

    def standing(self, now: datetime) -> Standing:
        """Where it stands at an instant."""
        if self.answered_at is not None:
            return Standing.ANSWERED
        return Standing.OVERDUE if now > self.due_at else Standing.OPEN
