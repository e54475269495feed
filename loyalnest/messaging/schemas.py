"""Messages and senders as the API shows them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from loyalnest import customers
from loyalnest.kernel.http import Instant
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.messaging import rules
from loyalnest.messaging.ports import Offer
from loyalnest.messaging.queries import Filters
from loyalnest.messaging.service import Setup
from loyalnest.messaging.service.retrying import RETRYABLE
from loyalnest.messaging.values import (
    SENDER_PREFIX,
    WIRE_PREFIX,
    Channel,
    Delivery,
    Mark,
    Move,
    Provider,
    Purpose,
    Reason,
    Sender,
    SenderState,
    State,
)

JOURNEY_PREFIX = "jrn"

Value = Annotated[str, Field(max_length=4000)]


class FieldView(BaseModel):
    """Something to enter for a provider."""

    name: str
    label: str
    secret: bool = Field(description="It is kept sealed and never shown again.")
    required: bool


class ProviderView(BaseModel):
    """A provider that a merchant can choose."""

    provider: Provider
    channels: list[Channel]
    fields: list[FieldView]
    rate_per_s: float = Field(description="How many messages a second, unless you say otherwise.")

    @classmethod
    def of(cls, offer: Offer) -> "ProviderView":
        return cls(
            provider=offer.provider,
            channels=sorted(offer.channels),
            fields=[
                FieldView(name=name, label=it.label, secret=it.secret, required=it.required)
                for name, it in offer.fields.items()
            ],
            rate_per_s=offer.rate_per_s,
        )


class SenderView(BaseModel):
    """An account with a provider, as it stands. Its secrets are not shown."""

    id: str
    channel: Channel
    provider: Provider
    origin: str = Field(description="The address or number that messages come from.")
    name: str = Field(description="What recipients see beside it.")
    values: dict[str, str] = Field(description="What was entered that is no secret.")
    rate_per_s: float
    repeats_in_doubt: bool
    state: SenderState
    reason: Reason | None = Field(description="Why it is broken.")
    failures: int = Field(description="Calls in a row that came to nothing; five open the breaker.")
    paused_until: datetime | None = Field(description="Until when the provider is left in peace.")
    paused_for: Reason | None
    waiting: int = Field(description="How many messages are to go.")
    version: int
    updated_at: datetime
    updated_by: str

    @classmethod
    def of(cls, it: Sender) -> "SenderView":
        return cls(
            id=to_wire(SENDER_PREFIX, it.id),
            channel=it.channel,
            provider=it.provider,
            origin=it.origin,
            name=it.name,
            values=dict(it.options),
            rate_per_s=it.rate_per_s,
            repeats_in_doubt=it.repeats_in_doubt,
            state=it.state,
            reason=it.reason,
            failures=it.failures,
            paused_until=it.paused_until,
            paused_for=it.paused_for,
            waiting=it.waiting,
            version=it.version,
            updated_at=it.updated_at,
            updated_by=it.updated_by,
        )


class SenderDetails(BaseModel):
    """What is entered for a sender."""

    model_config = ConfigDict(extra="forbid")

    origin: Annotated[str, Field(min_length=1, max_length=320)]
    name: Annotated[str, Field(max_length=100)] = ""
    values: dict[Annotated[str, Field(max_length=64)], Value | None] = Field(
        default_factory=dict[str, str | None],
        max_length=50,
        description="The provider's own fields. What is left out or null stays as it was.",
    )
    rate_per_s: Annotated[float, Field(gt=0, le=10_000)] | None = Field(
        default=None, description="Null: what the provider usually allows."
    )
    repeats_in_doubt: bool = Field(
        default=True,
        description="Whether a message that somebody waits for goes out once more when nobody can"
        " tell whether it did. It keeps its name, so that mail programs can show it once.",
    )

    def setup(self, channel: Channel) -> Setup:
        return Setup(
            channel,
            self.origin,
            self.name,
            self.values,
            rate_per_s=self.rate_per_s,
            repeats_in_doubt=self.repeats_in_doubt,
        )


class NewSender(SenderDetails):
    """An account to be used on a channel, in place of the one that was."""

    channel: Channel
    provider: Provider


class SenderChange(SenderDetails):
    """An account's details, as they are to be."""

    version: int = Field(description="The version that you read.")


class DeliveryView(BaseModel):
    """A message: how it stands, and why."""

    id: str
    customer_id: str | None = Field(
        description="Null: it is for somebody who is no customer, such as a friend who is invited."
    )
    sender_id: str
    provider: Provider
    channel: Channel
    occasion: str
    purpose: Purpose
    language: str | None
    to: str | None = Field(
        description="Where it went, as far as it tells it from others (`a…@example.com`); null"
        " before, and once that was forgotten."
    )
    state: State
    reason: str | None = Field(description="Why it failed, was dropped or is in doubt.")
    code: str | None = Field(description="The provider's own code for it.")
    can_be_retried: bool
    fallback_of: str | None = Field(description="The message that this one stands in for.")
    went_on_as: str | None = Field(description="The message that went in this one's stead.")
    went_on_by: Channel | None = Field(description="The channel that it went on by.")
    journey_id: str | None
    provider_id: str | None
    asked_at: datetime
    due_at: datetime
    state_at: datetime
    handed_over_at: datetime | None
    clicked_at: datetime | None
    redeemed_at: datetime | None

    @classmethod
    def of(cls, it: Delivery) -> "DeliveryView":
        return cls(
            id=to_wire(WIRE_PREFIX, it.id),
            customer_id=to_wire(customers.WIRE_PREFIX, it.customer_id) if it.customer_id else None,
            sender_id=to_wire(SENDER_PREFIX, it.sender_id),
            provider=it.provider,
            channel=it.channel,
            occasion=it.occasion,
            purpose=it.purpose,
            language=it.language,
            to=None if it.to is None else rules.masked(it.to),
            state=it.state,
            reason=it.reason,
            code=it.code,
            can_be_retried=_can_be_retried(it),
            fallback_of=to_wire(WIRE_PREFIX, it.fallback_of) if it.fallback_of else None,
            went_on_as=to_wire(WIRE_PREFIX, it.went_on_as) if it.went_on_as else None,
            went_on_by=it.went_on_by,
            journey_id=to_wire(JOURNEY_PREFIX, it.journey_id) if it.journey_id else None,
            provider_id=it.provider_id,
            asked_at=it.asked_at,
            due_at=it.due_at,
            state_at=it.state_at,
            handed_over_at=it.handed_over_at,
            clicked_at=it.clicked_at,
            redeemed_at=it.redeemed_at,
        )


def _can_be_retried(it: Delivery) -> bool:
    """What a journey's dropped messages brought was taken back: they stay as they are."""
    if it.went_on_as is not None or (it.state is State.DROPPED and it.journey_id is not None):
        return False
    return it.state in RETRYABLE


class MoveView(BaseModel):
    """A step of a message's way."""

    state: State | Mark
    reason: str | None
    code: str | None
    told_at: datetime = Field(description="When it happened, as the provider says.")
    recorded_at: datetime

    @classmethod
    def of(cls, it: Move) -> "MoveView":
        return cls(
            state=it.state,
            reason=it.reason,
            code=it.code,
            told_at=it.told_at,
            recorded_at=it.recorded_at,
        )


class LegView(BaseModel):
    """What one channel of several was tried for."""

    id: str
    channel: Channel
    provider: Provider
    state: State
    reason: str | None

    @classmethod
    def of(cls, it: Delivery) -> "LegView":
        return cls(
            id=to_wire(WIRE_PREFIX, it.id),
            channel=it.channel,
            provider=it.provider,
            state=it.state,
            reason=it.reason,
        )


class DeliveryDetails(DeliveryView):
    """A message with its whole way."""

    moves: list[MoveView]
    legs: list[LegView] = Field(
        description="This message and those that it stands in for, or that stand in for it, the"
        " first tried first."
    )

    @classmethod
    def with_way(
        cls, it: Delivery, moves: Sequence[Move], legs: Sequence[Delivery]
    ) -> "DeliveryDetails":
        shown = DeliveryView.of(it).model_dump()
        return cls(
            **shown,
            moves=[MoveView.of(move) for move in moves],
            legs=[LegView.of(leg) for leg in legs],
        )


class RetryMany(BaseModel):
    """Which messages to send again; all that can be, where nothing is said."""

    model_config = ConfigDict(extra="forbid")

    state: State | None = None
    channel: Channel | None = None
    purpose: Purpose | None = None
    occasion: Annotated[str, Field(max_length=64)] | None = None
    reason: Annotated[str, Field(max_length=64)] | None = None
    sender_id: str | None = None
    customer_id: str | None = None
    journey_id: str | None = None
    since: Instant | None = Field(default=None, description="Asked for then or later.")
    until: Instant | None = Field(default=None, description="Asked for before then.")

    def filters(self) -> Filters:
        return filters_of(self.model_dump())


class Retried(BaseModel):
    """How many messages go out again."""

    retried: int


def filters_of(asked: Mapping[str, object]) -> Filters:
    """Filters as the API takes them. Raises NotFound for an id that names nothing."""
    given = dict(asked)
    for name, prefix in (
        ("sender_id", SENDER_PREFIX),
        ("customer_id", customers.WIRE_PREFIX),
        ("journey_id", JOURNEY_PREFIX),
    ):
        value = given.get(name)
        given[name] = from_wire(prefix, str(value)) if value is not None else None
    return Filters(**given)  # pyright: ignore[reportArgumentType]
