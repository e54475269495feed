"""The words of jobs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalnest.kernel.database import Database

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """Work of its own, done some time after the change that asked for it.

    `handle` opens its own transactions. It may run twice when a worker dies at the wrong moment, so
    its effect must be the same then.
    """

    name: str
    handle: Callable[[Database, Payload, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Recurring:
    """An entry of the timetable. One process runs it at a time."""

    name: str
    cron: str
    """Minute, hour, day, month, weekday, in UTC."""
    handle: Callable[[Database, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class HeldJob:
    """A job that failed for good and waits for somebody to look at it."""

    id: int
    name: str
    attempts: int
    failed_at: datetime
    reason: str | None
    """Why it failed the last time; forgotten after a month."""
