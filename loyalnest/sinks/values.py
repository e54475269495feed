"""The words of sinks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from loyalnest.messaging import Provider, Reason

SinkId: TypeAlias = UUID

WIRE_PREFIX = "snk"

POURED = frozenset(
    {
        "badge.awarded",
        "badge.lost",
        "customer.enrolled",
        "points.adjusted",
        "points.clawed_back",
        "points.earned",
        "points.expired",
        "points.redeemed",
        "points.restored",
        "referral.completed",
        "referral.created",
        "reward.expired",
        "reward.given",
        "reward.redeemed",
        "reward.used",
        "segment.entered",
        "segment.left",
        "tier.lost",
        "tier.reached",
    }
)
"""The news that are poured: what happens to a customer in the program."""


class SinkState(StrEnum):
    """Whether a sink is poured into."""

    ON = "on"
    BROKEN = "broken"
    """The tool refuses the account; nothing is poured until it is entered anew."""


@dataclass(frozen=True, slots=True)
class Sink:
    """A merchant's account with a tool, as it stands; its secrets stay where they are."""

    merchant_id: UUID
    id: SinkId
    provider: Provider
    options: Mapping[str, str]
    state: SinkState
    reason: Reason | None
    position: int
    """How far in the log it has come."""
    connected_at: datetime
    failures: int
    """Batches in a row that were not taken."""
    paused_until: datetime | None
    updated_at: datetime
    waiting: int
    """How many events are still to be poured, counted up to 10,000."""


@dataclass(frozen=True, slots=True)
class SinkAccount:
    """An account opened for pouring."""

    merchant_id: UUID
    sink_id: SinkId
    provider: Provider
    credentials: Mapping[str, str] = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of whom a tool is told, who agreed to be written to by e-mail."""

    customer_id: UUID
    email: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """One event on its way."""

    event_id: UUID
    position: int
    type: str
    data: Mapping[str, Any]
    occurred_at: datetime
    person: Person
    is_history: bool
    """It happened before the sink was connected: it is recorded, and sets nothing going."""
