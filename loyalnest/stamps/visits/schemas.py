"""What rhythms look like on the wire."""

from datetime import datetime

from pydantic import BaseModel, Field

from loyalnest.customers import WIRE_PREFIX, Customer
from loyalnest.kernel.ids import to_wire
from loyalnest.stamps.visits.values import Rhythm


class LateGuestView(BaseModel):
    """A customer who is late by their own rhythm."""

    customer_id: str = Field(examples=["cus_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    name: str | None
    visits: int = Field(description="How often they came.", examples=[12])
    last_at: datetime = Field(description="When they came last.")
    gap_days: float = Field(description="Their typical gap between two days.", examples=[7.0])
    late_at: datetime = Field(description="Since when they have been late.")
    lost_at: datetime = Field(description="From when on they are no longer expected.")

    @classmethod
    def of(cls, rhythm: Rhythm, customer: Customer | None) -> "LateGuestView":
        """Somebody as the list shows them."""
        return cls(
            customer_id=to_wire(WIRE_PREFIX, rhythm.customer_id),
            name=customer.name if customer else None,
            visits=rhythm.visits,
            last_at=rhythm.last_at,
            gap_days=float(rhythm.gap_days),
            late_at=rhythm.late_at,
            lost_at=rhythm.lost_at,
        )
