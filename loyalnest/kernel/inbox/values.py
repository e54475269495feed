"""The inbox's words."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

LANES = 16


class DeliveryState(StrEnum):
    """What is to become of a delivery when it arrives."""

    QUEUED = "queued"
    """A worker will apply it."""
    UNHANDLED = "unhandled"
    """Nobody here handles its topic; it is kept and can be queued later."""
    REQUEST = "request"
    """It asks something of people (a privacy request) and stays open until they have done it."""


class Standing(StrEnum):
    """Where a delivery stands now."""

    WAITING = "waiting"
    APPLIED = "applied"
    DEAD = "dead"
    UNHANDLED = "unhandled"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A verified delivery at the door. Its key is the provider's own id for it."""

    merchant_id: UUID
    store_id: UUID
    provider: str
    topic: str
    delivery_key: str
    body: bytes
    triggered_at: datetime | None = None
    state: DeliveryState = DeliveryState.QUEUED


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as a worker sees it, its body opened."""

    merchant_id: UUID
    id: UUID
    store_id: UUID
    provider: str
    topic: str
    body: bytes
    triggered_at: datetime | None
    received_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A delivery and what its provider understood of it."""

    delivery: Delivery
    fact: object


@dataclass(frozen=True, slots=True)
class Provider:
    """What a vendor's integration brings to the inbox.

    `prepare` is pure: it reads a body without a database and raises a DomainError for one that
    can't be understood. `apply` changes the books for a whole batch, set-wise, in a transaction
    that sees the merchants of the batch.
    """

    name: str
    handled: frozenset[str]
    requests: frozenset[str]
    prepare: Callable[[Delivery], object]
    apply: Callable[[AsyncSession, Sequence[Prepared], datetime], Awaitable[None]]

    def state_of(self, topic: str) -> DeliveryState:
        """What is to become of a delivery on this topic."""
        if topic in self.handled:
            return DeliveryState.QUEUED
        if topic in self.requests:
            return DeliveryState.REQUEST
        return DeliveryState.UNHANDLED


def lane_of(merchant_id: UUID) -> int:
    """The lane of the queue that a merchant's deliveries wait in; the schema says it too."""
    return merchant_id.bytes[15] % LANES
