"""Events on the wire."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.relay.values import EventFailure, LoggedEvent


class EventAuthor(BaseModel):
    """Who did something, and from where."""

    actor: str = Field(
        description="`staff:stf_…`, `api_key:key_…`, `customer:cus_…`, or `cli` for the operator.",
        examples=["staff:stf_01890a5d7b3e7c4f8a1b2c3d4e5f6071"],
    )
    device: str | None = Field(
        description="What they did it on, told roughly.", examples=["Firefox, Linux"]
    )
    network: str | None = Field(
        description="The network they did it from, too wide to tell one household. Of customers"
        " neither this nor the device is kept.",
        examples=["203.0.113.0/24"],
    )


class EventOut(BaseModel):
    """Something that happened. Positions only ever grow, and follow the order of commits."""

    id: str = Field(examples=["evt_01890a5dac96774bbcceb302099a8057"])
    position: int
    type: str = Field(examples=["points.earned"])
    customer_id: str | None
    occurred_at: datetime
    recorded_at: datetime
    data: dict[str, Any]
    author: EventAuthor | None = Field(
        description="Whose doing it was; null for the program itself and for what shops report."
    )


class EventFailureOut(BaseModel):
    """An event that one of our own parts could not handle yet."""

    event: EventOut
    subscriber: str
    attempts: int
    code: str
    detail: str
    failed_at: datetime


class RetryOut(BaseModel):
    """How a retry ended."""

    handled: bool = Field(description="False: it failed again and stays listed.")


def event_out(event: LoggedEvent) -> EventOut:
    """An event as callers see it."""
    return EventOut(
        id=to_wire("evt", event.id),
        position=event.position,
        type=event.type,
        customer_id=None if event.customer_id is None else to_wire("cus", event.customer_id),
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        data=event.data,
        author=event.author and EventAuthor.model_validate(event.author, from_attributes=True),
    )


def failure_out(failure: EventFailure) -> EventFailureOut:
    """A failure as callers see it."""
    return EventFailureOut(
        event=event_out(failure.event),
        subscriber=failure.subscriber,
        attempts=failure.attempts,
        code=failure.code,
        detail=failure.detail,
        failed_at=failure.failed_at,
    )
