"""Deliveries on the wire."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.inbox.queries import SeenDelivery
from loyalnest.kernel.inbox.values import Standing


class DeliveryOut(BaseModel):
    """Something a provider sent, and where it stands."""

    id: str = Field(examples=["dlv_01890a5dac96774bbcceb302099a8057"])
    store_id: str
    provider: str
    topic: str
    state: Standing
    received_at: datetime
    triggered_at: datetime | None = Field(description="When it happened at the provider's.")
    attempts: int = Field(description="How often it failed so far.")
    due_at: datetime | None = Field(description="When it is tried next.")
    code: str | None = Field(description="Why it was set aside, for programs.")
    detail: str | None = Field(description="Why it was set aside, for people.")
    failed_at: datetime | None


class DeliveryWithBody(DeliveryOut):
    """A delivery with what came."""

    body: str = Field(description="The bytes as text; what is no UTF-8 shows as \\xNN.")


def delivery_out(seen: SeenDelivery) -> DeliveryOut:
    """A delivery without its body."""
    return DeliveryOut(**_fields(seen))


def delivery_with_body(seen: SeenDelivery, body: bytes) -> DeliveryWithBody:
    """A delivery with its body."""
    return DeliveryWithBody(**_fields(seen), body=body.decode(errors="backslashreplace"))


def _fields(seen: SeenDelivery) -> dict[str, Any]:
    return {
        "id": to_wire("dlv", seen.id),
        "store_id": to_wire("sto", seen.store_id),
        "provider": seen.provider,
        "topic": seen.topic,
        "state": seen.standing,
        "received_at": seen.received_at,
        "triggered_at": seen.triggered_at,
        "attempts": seen.attempts,
        "due_at": seen.due_at,
        "code": seen.code,
        "detail": seen.detail,
        "failed_at": seen.failed_at,
    }
