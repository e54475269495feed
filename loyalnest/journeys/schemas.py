"""What journeys look like on the wire."""

from datetime import datetime

from pydantic import BaseModel, Field

from loyalnest import customers
from loyalnest.journeys.values import (
    ENROLMENT,
    WIRE_PREFIX,
    EndedWhy,
    Enrolment,
    Journey,
    Plan,
    State,
)
from loyalnest.kernel.http import ReadVersion
from loyalnest.kernel.ids import to_wire


class NewJourney(BaseModel):
    """A journey to draw up."""

    plan: Plan


class JourneyChange(NewJourney):
    """A journey as it should be for whoever enters from now on."""

    version: ReadVersion = None


class JourneyView(BaseModel):
    """A journey and how it stands."""

    id: str = Field(examples=["jrn_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    version: int
    state: State
    plan: Plan
    paused_for: str | None = Field(
        description="Why it was paused, where nobody did it by hand: `quota_reached` and such."
    )
    created_at: datetime
    created_by: str
    updated_at: datetime
    started_at: datetime | None

    @classmethod
    def of(cls, it: Journey) -> "JourneyView":
        """The journey as the API shows it."""
        return cls(
            id=to_wire(WIRE_PREFIX, it.id),
            version=it.version,
            state=it.state,
            plan=it.plan,
            paused_for=it.paused_for,
            created_at=it.created_at,
            created_by=it.created_by,
            updated_at=it.updated_at,
            started_at=it.started_at,
        )


class EnrolmentView(BaseModel):
    """Somebody's way through a journey."""

    id: str = Field(examples=["enr_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    customer_id: str
    version: int = Field(description="The version of the journey that they follow.")
    held_out: bool = Field(description="They hear nothing, on purpose: the measure of the rest.")
    step: int = Field(description="The index of the step that comes next, or was the last.")
    entered_at: datetime
    due_at: datetime | None = Field(description="When the next step comes.")
    ended_at: datetime | None
    ended_why: EndedWhy | None
    redeemed_at: datetime | None = Field(description="When they used the code they were given.")

    @classmethod
    def of(cls, it: Enrolment) -> "EnrolmentView":
        """The enrolment as the API shows it."""
        return cls(
            id=to_wire(ENROLMENT, it.id),
            customer_id=to_wire(customers.WIRE_PREFIX, it.customer_id),
            version=it.version,
            held_out=it.held_out,
            step=it.step,
            entered_at=it.entered_at,
            due_at=it.due_at,
            ended_at=it.ended_at,
            ended_why=it.ended_why,
            redeemed_at=it.redeemed_at,
        )
