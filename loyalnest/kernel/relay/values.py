"""The relay's words."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.events import Author


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event at its place in the log. Positions have no gaps and follow the order of commits."""

    merchant_id: UUID
    position: int
    id: UUID
    type: str
    customer_id: UUID | None
    data: dict[str, Any]
    occurred_at: datetime
    recorded_at: datetime
    author: Author | None
    """Whose doing it was; None for the program itself and for what shops report."""
    retried: bool = False
    """Whether it is handed out again by hand: its subscriber has long gone past its place."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who reacts to events, in batches and in order, each with a cursor of its own.

    `handle` runs in a transaction that sees the merchants of the batch; what it writes and the
    cursor's move are one commit, so an event has its effect once. A new subscriber starts with the
    first event there ever was.
    """

    name: str
    types: frozenset[str] | None
    """The types it wants, None for all."""
    handle: Callable[[AsyncSession, Sequence[LoggedEvent], datetime], Awaitable[None]]
    merchants: Callable[[AsyncSession], Awaitable[Collection[UUID]]] | None = None
    """Whose events it wants, asked anew at every step; None for everybody's."""


@dataclass(frozen=True, slots=True)
class EventFailure:
    """An event that a subscriber could not handle, set aside for it."""

    event: LoggedEvent
    subscriber: str
    attempts: int
    code: str
    detail: str
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind the log somebody is."""

    name: str
    events: int
