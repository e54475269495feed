"""What journeys look like on the wire."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from loyalnest import customers
from loyalnest.journeys.estimating import Estimate
from loyalnest.journeys.prices import Prices
from loyalnest.journeys.reporting import Glance, NotSent, Report
from loyalnest.journeys.rules.lift import Effect, Group, Says
from loyalnest.journeys.values import (
    ENROLMENT,
    WIRE_PREFIX,
    EndedWhy,
    Enrolment,
    Journey,
    JourneyPlan,
    State,
)
from loyalnest.kernel.http import ReadVersion
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import Channel


class NewJourney(BaseModel):
    """A journey to draw up."""

    plan: JourneyPlan


class JourneyChange(NewJourney):
    """A journey as it should be for whoever enters from now on."""

    version: ReadVersion = None


class JourneyView(BaseModel):
    """A journey and how it stands."""

    id: str = Field(examples=["jrn_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    version: int
    state: State
    plan: JourneyPlan
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
    customer_name: str | None = Field(
        description="Or an address, where no name is known; null once they were forgotten."
    )
    version: int = Field(description="The version of the journey that they follow.")
    held_out: bool = Field(description="They hear nothing, on purpose: the measure of the rest.")
    step: int = Field(description="The index of the step that comes next, or was the last.")
    entered_at: datetime
    due_at: datetime | None = Field(description="When the next step comes.")
    ended_at: datetime | None
    ended_why: EndedWhy | None
    redeemed_at: datetime | None = Field(description="When they used the code they were given.")

    @classmethod
    def of(cls, it: Enrolment, who: customers.Customer | None) -> "EnrolmentView":
        """The enrolment as the API shows it."""
        return cls(
            id=to_wire(ENROLMENT, it.id),
            customer_id=to_wire(customers.WIRE_PREFIX, it.customer_id),
            customer_name=who and (who.name or who.email or who.phone),
            version=it.version,
            held_out=it.held_out,
            step=it.step,
            entered_at=it.entered_at,
            due_at=it.due_at,
            ended_at=it.ended_at,
            ended_why=it.ended_why,
            redeemed_at=it.redeemed_at,
        )


class GroupView(BaseModel):
    """People whose days of counting are over, each once, by when they first entered."""

    people: int
    buyers: int
    spent: Decimal = Field(description="What is left of their orders of those days.")

    @classmethod
    def of(cls, it: Group) -> "GroupView":
        """The group as the API shows it."""
        return cls(people=it.people, buyers=it.buyers, spent=round(Decimal(it.spent), 2))


class EffectView(BaseModel):
    """How much higher a figure lies for those who could hear from the journey."""

    says: Says = Field(
        description="`unclear`: it may be none at all, and nothing is claimed; `too_few`: fewer"
        " than 100 people were counted in one of the groups."
    )
    difference: float | None
    low: float | None = Field(description="Where the interval begins; both hold with 95 %.")
    high: float | None

    @classmethod
    def of(cls, it: Effect) -> "EffectView":
        """The effect as the API shows it."""
        low, high = it.interval or (None, None)
        return cls(says=it.says, difference=it.difference, low=low, high=high)


class JourneyGlance(BaseModel):
    """How a journey gets on, in three figures."""

    journey_id: str
    under_way: int
    sent: int = Field(description="Messages that a provider has taken.")
    conversion: EffectView = Field(
        description="Of the share of people who buy: Newcombe's interval."
    )

    @classmethod
    def of(cls, it: Glance) -> "JourneyGlance":
        """The figures as the API shows them."""
        return cls(
            journey_id=to_wire(WIRE_PREFIX, it.journey_id),
            under_way=it.under_way,
            sent=it.sent,
            conversion=EffectView.of(it.conversion),
        )


class UnsentView(BaseModel):
    """How many messages came to nothing in one way."""

    state: str = Field(description="`failed`, `dropped` or `in_doubt`.")
    reason: str
    messages: int

    @classmethod
    def of(cls, it: NotSent) -> "UnsentView":
        """The messages as the API shows them."""
        return cls(state=it.state, reason=it.reason, messages=it.messages)


class JourneyReport(BaseModel):
    """What became of a journey so far."""

    entered: int = Field(description="Entries of those who may hear something.")
    held_out: int = Field(description="Entries of those who hear nothing, on purpose.")
    under_way: int
    sent: int = Field(description="Messages that a provider has taken.")
    delivered: int
    read: int
    clicked: int
    redeemed: int = Field(description="Entries whose code was used.")
    failed: int
    dropped: int = Field(description="Messages that were not sent, on purpose.")
    in_doubt: int
    told: int = Field(description="People who were told something.")
    unknown: int = Field(
        description="People whose number or address doesn't exist, or isn't on the channel."
    )
    opted_out: int = Field(description="Of these, who said no within a week of a message.")
    opted_out_too_often: bool = Field(description="More than 2 % of those who were told.")
    not_sent: list[UnsentView] = Field(
        description="Why messages failed, were dropped or are in doubt, the commonest first."
    )
    currency: str
    counts_days: int
    counted: GroupView
    counted_held_out: GroupView
    conversion: EffectView = Field(
        description="Of the share of people who buy: Newcombe's interval."
    )
    revenue: EffectView = Field(
        description="Of what a person spends, in the merchant's currency: Welch's interval."
    )

    @classmethod
    def of(cls, it: Report) -> "JourneyReport":
        """The report as the API shows it."""
        told = {name: getattr(it, name) for name in cls.model_fields if name in Report._fields}
        told |= {
            "opted_out_too_often": it.opted_out_too_often,
            "not_sent": [UnsentView.of(each) for each in it.not_sent],
            "counted": GroupView.of(it.counted),
            "counted_held_out": GroupView.of(it.counted_held_out),
            "conversion": EffectView.of(it.lift.conversion),
            "revenue": EffectView.of(it.lift.revenue),
        }
        return cls.model_validate(told)


class JourneyEstimate(BaseModel):
    """What would come of a journey that began now, for those whom its calendar finds today."""

    foreseen: bool = Field(
        description="False where only what is yet to happen lets anybody in: nobody is counted."
    )
    audience: int
    held_out: int
    reachable: dict[Channel, int] = Field(
        description="People who can be told the first thing, by the channel that it would take."
    )
    unreachable: int = Field(description="People without consent or address on any channel.")
    messages: int = Field(description="At most: whoever buys meanwhile hears less.")
    by_channel: dict[Channel, int] = Field(
        description="The same messages by the channel that each would take."
    )
    cost: dict[Channel, Decimal] = Field(
        description="Of these messages, where you have said what one costs."
    )
    currency: str
    points: int = Field(description="Points that it would give, at most.")
    codes: int = Field(description="Codes that it would give, at most.")

    @classmethod
    def of(cls, it: Estimate) -> "JourneyEstimate":
        """The estimate as the API shows it."""
        return cls.model_validate(it._asdict())


class MessagePrices(BaseModel):
    """What a message costs on each channel, in the merchant's currency, as providers bill it."""

    model_config = ConfigDict(extra="forbid")

    prices: dict[Channel, Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]] = Field(
        description="A channel that is left out has no price: what it comes to is not told."
    )

    @classmethod
    def of(cls, it: Prices) -> "MessagePrices":
        """The prices as the API shows them."""
        return cls(prices=dict(it))
