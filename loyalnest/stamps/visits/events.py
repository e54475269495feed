"""Facts about visits."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class _OfVisit(Event, frozen=True, kw_only=True):
    """The parent of what is told of a visit."""

    visit_id: UUID
    store_id: UUID | None = None
    began_at: datetime


class VisitRecorded(_OfVisit, frozen=True, kw_only=True):
    """A customer came: they were stamped for the first time of a stay."""

    type: ClassVar[str] = "visit.recorded"


class VisitChanged(_OfVisit, frozen=True, kw_only=True):
    """A visit began at another time than was known, or more or less was paid: a stamping of the
    same stay came late, with an amount, or was undone. One that only lasted longer isn't told."""

    type: ClassVar[str] = "visit.changed"

    was_at: datetime
    """When it had begun as far as was known before."""


class VisitCancelled(_OfVisit, frozen=True, kw_only=True):
    """There was no such visit: its stampings were undone, or belong to another one."""

    type: ClassVar[str] = "visit.cancelled"
