"""What segments look like on the wire."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from loyalnest.customers import WIRE_PREFIX
from loyalnest.kernel.ids import to_wire
from loyalnest.segments.values import Score, Segment


class ScoreView(BaseModel):
    """A customer's scores, and what they were made from."""

    customer_id: str = Field(examples=["cus_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    segment: Segment
    recency: int = Field(ge=1, le=5)
    frequency: int = Field(ge=1, le=5)
    money: int = Field(ge=1, le=5)
    orders: int = Field(description="Orders of which something is left after refunds.")
    spend: Decimal = Field(description="What is left of them, in the merchant's currency.")
    first_order_at: datetime
    last_order_at: datetime
    rhythm_days: Decimal | None = Field(
        description="The median gap between orders; null before the second."
    )
    entered_at: datetime = Field(description="Since when the customer is in this segment.")
    scored_at: datetime

    @classmethod
    def of(cls, score: Score) -> "ScoreView":
        """The score as the API shows it."""
        return cls(
            customer_id=to_wire(WIRE_PREFIX, score.customer_id),
            segment=Segment(score.segment),
            recency=score.recency,
            frequency=score.frequency,
            money=score.money,
            orders=score.orders,
            spend=score.spend,
            first_order_at=score.first_order_at,
            last_order_at=score.last_order_at,
            rhythm_days=score.rhythm_days,
            entered_at=score.entered_at,
            scored_at=score.scored_at,
        )


class SegmentView(BaseModel):
    """A segment and how many are in it."""

    segment: Segment
    customers: int
    spend: Decimal = Field(description="What its customers have spent in all, refunds taken off.")


class SegmentsView(BaseModel):
    """All segments."""

    items: list[SegmentView]
    average_order: Decimal | None = Field(
        description="What money is measured by: the average order at the last nightly scoring."
    )
    scored_at: datetime | None = Field(description="When that was; null before the first.")
