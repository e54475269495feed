"""What requests look like on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from loyalnest import customers
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.writing import shows_something
from loyalnest.privacy.values import NOTE_AT_MOST, WIRE_PREFIX, Kind, PrivacyRequest, Standing

_ID = "prq_01890a5d7b3e7c4f8a1b2c3d4e5f6071"


def _readable(words: str) -> str:
    words = words.strip()
    if "\0" in words or not shows_something(words):
        raise ValueError("write something that can be read")
    return words


Words = Annotated[str, Field(min_length=1, max_length=NOTE_AT_MOST), AfterValidator(_readable)]


class OwnRequest(BaseModel):
    """What you ask about your data."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Field(
        description="`access`: what is known of you; `correction`: something is wrong;"
        " `erasure`: to be forgotten; `objection`: something should no longer be done with it."
    )
    note: Words | None = Field(default=None, description="Whatever else should be known of it.")


class OwnRequestView(BaseModel):
    """What you asked, and what you were answered."""

    id: str = Field(examples=[_ID])
    kind: Kind
    note: str | None
    asked_at: datetime
    due_at: datetime = Field(description="By when you are answered: 72 hours after you asked.")
    answered_at: datetime | None
    answer: str | None

    @classmethod
    def of(cls, it: PrivacyRequest) -> "OwnRequestView":
        return cls(
            id=to_wire(WIRE_PREFIX, it.id),
            kind=it.kind,
            note=it.note,
            asked_at=it.asked_at,
            due_at=it.due_at,
            answered_at=it.answered_at,
            answer=it.answer,
        )


class RequestView(OwnRequestView):
    """What somebody asked about their data."""

    customer_id: str = Field(examples=["cus_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    standing: Standing
    answered_by: str | None

    @classmethod
    def at(cls, it: PrivacyRequest, now: datetime) -> "RequestView":
        """The request as staff see it at an instant."""
        return cls(
            **OwnRequestView.of(it).model_dump(),
            customer_id=to_wire(customers.WIRE_PREFIX, it.customer_id),
            standing=it.standing(now),
            answered_by=it.answered_by,
        )


class Answer(BaseModel):
    """What was done about a request."""

    model_config = ConfigDict(extra="forbid")

    note: Words = Field(description="Who asked reads this.")
