"""The words of this module: RFM scores and the segments they make."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import msgspec

Pair = tuple[UUID, UUID]
"""A merchant and one of its living customers."""


class Segment(StrEnum):
    """Where a customer stands, by recency, frequency and money together."""

    CHAMPIONS = "champions"
    LOYAL = "loyal"
    POTENTIAL_LOYAL = "potential_loyal"
    NEW = "new"
    PROMISING = "promising"
    NEEDS_ATTENTION = "needs_attention"
    AT_RISK = "at_risk"
    CANT_LOSE = "cant_lose"
    HIBERNATING = "hibernating"
    LOST = "lost"


class Score(msgspec.Struct, frozen=True):
    """What is known of one customer's buying, scored from 1 to 5 each."""

    customer_id: UUID
    orders: int
    """Orders of which something is left after refunds."""
    spend: Decimal
    """What is left of them, in the merchant's currency; orders in others count by the
    rate of their day, and add nothing where there was none."""
    first_order_at: datetime
    last_order_at: datetime
    rhythm_days: Decimal | None
    """The customer's own rhythm: the median gap between orders; None before the second."""
    recency: int
    frequency: int
    money: int
    segment: str
    entered_at: datetime
    scored_at: datetime


class Count(msgspec.Struct, frozen=True):
    """How many customers a segment has, and what they have spent."""

    segment: str
    customers: int
    spend: Decimal
