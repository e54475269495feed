"""Somebody on their way, whose next step has come."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from loyalnest.journeys.rules.steps import Happened
from loyalnest.journeys.values import EnrolmentId, JourneyPlan, Tell


class Due(NamedTuple):
    """Somebody whose next step has come."""

    id: EnrolmentId
    plan: JourneyPlan
    customer_id: UUID
    step: int
    facts: Mapping[str, Any]
    happened: Happened

    @property
    def tell(self) -> Tell:
        """What is said next."""
        step = self.plan.steps[self.step]
        assert isinstance(step, Tell)
        return step
