"""Wire shapes."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from loyalnest.messaging import Provider, Reason
from loyalnest.sinks.ports import SinkOffer
from loyalnest.sinks.values import Sink, SinkState


class SinkIn(BaseModel):
    """An account with a tool."""

    model_config = ConfigDict(extra="forbid")

    values: dict[str, str | None] = Field(
        max_length=20,
        description="The tool's own fields; null keeps what was entered before.",
    )
    with_history: bool = Field(
        default=False,
        description="Whether what has happened so far is told, too. It sets no automation going.",
    )


class SinkOut(BaseModel):
    """A tool that is told what happens in the program; its secrets are never shown."""

    provider: Provider
    options: dict[str, str]
    state: SinkState
    reason: Reason | None = Field(description="Why it is broken, or why the last batch failed.")
    waiting: int = Field(description="Events still to be told, counted up to 10,000.")
    failures: int = Field(description="Batches in a row that were not taken.")
    paused_until: datetime | None
    connected_at: datetime
    updated_at: datetime


class SinkFieldOut(BaseModel):
    """Something that a tool needs to know."""

    name: str
    label: str
    secret: bool
    required: bool


class SinkOfferOut(BaseModel):
    """A tool that can be connected."""

    provider: Provider
    fields: list[SinkFieldOut]


def sink_out(it: Sink) -> SinkOut:
    """A sink as the API shows it."""
    return SinkOut(
        provider=it.provider,
        options=dict(it.options),
        state=it.state,
        reason=it.reason,
        waiting=it.waiting,
        failures=it.failures,
        paused_until=it.paused_until,
        connected_at=it.connected_at,
        updated_at=it.updated_at,
    )


def offer_out(it: SinkOffer) -> SinkOfferOut:
    """A tool as the API offers it."""
    return SinkOfferOut(
        provider=it.provider,
        fields=[
            SinkFieldOut(name=name, label=known.label, secret=known.secret, required=known.required)
            for name, known in it.fields.items()
        ],
    )
