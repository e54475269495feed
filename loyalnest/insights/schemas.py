"""What a shop's figures look like on the wire, each with its definition."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from loyalnest.insights.values import Metrics, Range, ShopClerk


class ShopDayView(BaseModel):
    """One day; days without anything are left out."""

    day: date
    visits: int
    rewards_given: int


class ShopHourView(BaseModel):
    """One hour of the week; hours without a visit are left out."""

    weekday: int = Field(ge=1, le=7, description="1 is Monday.")
    hour: int = Field(ge=0, le=23, description="By the merchant's clock.")
    visits: int


class ShopClerkView(BaseModel):
    """What somebody at the counter did."""

    by: str = Field(
        description="A clerk's id, or who was signed in (`staff:stf_…`, `api_key:key_…`).",
        examples=["clk_01890a5d7b3e7c4f8a1b2c3d4e5f6071"],
    )
    name: str | None = Field(description="Theirs, where it is known.")
    stampings: int = Field(description="How often they stamped, taken back ones too.")
    stamps: int = Field(description="The stamps they gave, without those taken back.")
    undone: int = Field(description="How many of their stampings were taken back, by anybody.")
    rewards_given: int = Field(description="The rewards they handed out.")


class ShopMetricsView(BaseModel):
    """What came of a range of days, at one store or at all of them."""

    first: date = Field(description="The first day, by the merchant's calendar.")
    last: date = Field(description="The last day; it counts too.")
    time_zone: str = Field(examples=["Europe/London"])
    currency: str = Field(examples=["GBP"])
    told_at: datetime
    active: int = Field(description="Different customers who came in these days.")
    new: int = Field(description="Those of them who had never come before.")
    returning: int = Field(description="Those of them who had come before these days.")
    active_before: int = Field(
        description="Different customers who came in as many days right before."
    )
    retained: int = Field(description="Those of `active_before` who came again in these days.")
    retention_rate: float | None = Field(
        description="`retained` / `active_before`; null where nobody came before.", examples=[0.42]
    )
    at_risk: int = Field(
        description="Customers who are late by their own rhythm now and not lost yet, whatever the"
        " days; of a store, those who came there last."
    )
    visits: int = Field(
        description="Stays: stampings at one store with at most an hour between each two are one."
    )
    stamps: int = Field(description="Stamps given, without those that were taken back.")
    cards_opened: int | None = Field(
        description="New cards; null for one store, because a card is the whole program's."
    )
    rewards_earned: int | None = Field(
        description="Stages reached whose reward wasn't taken back; null for one store."
    )
    rewards_given: int = Field(description="Rewards handed out at the counter.")
    rewards_cost: Decimal | None = Field(
        description="What those cost the merchant, by the program's own figures; a reward without"
        " one counts nothing. Null for whoever may see no money (`events:read`)."
    )
    days: list[ShopDayView]
    hours: list[ShopHourView]
    clerks: list[ShopClerkView] = Field(
        description="Who did what at the counter; without `staff:read`, the caller alone."
    )

    @classmethod
    def of(
        cls,
        found: Metrics,
        asked: Range,
        *,
        one_store: bool,
        with_money: bool,
        names: Mapping[str, str],
        time_zone: str,
        currency: str,
        now: datetime,
    ) -> "ShopMetricsView":
        """The figures as the API tells them."""
        guests = found.guests
        return cls(
            first=asked.first,
            last=asked.last,
            time_zone=time_zone,
            currency=currency,
            told_at=now,
            active=guests.active,
            new=guests.new,
            returning=guests.returning,
            active_before=guests.before,
            retained=guests.retained,
            retention_rate=guests.retained / guests.before if guests.before else None,
            at_risk=found.at_risk,
            visits=found.visits,
            stamps=found.stamps,
            cards_opened=None if one_store else found.cards_opened,
            rewards_earned=None if one_store else found.rewards_earned,
            rewards_given=found.rewards_given,
            rewards_cost=found.rewards_cost if with_money else None,
            days=[ShopDayView(**it._asdict()) for it in found.days],
            hours=[ShopHourView(**it._asdict()) for it in found.hours],
            clerks=[_clerk(it, names) for it in found.clerks],
        )


def _clerk(it: ShopClerk, names: Mapping[str, str]) -> ShopClerkView:
    return ShopClerkView(**it._asdict(), name=names.get(it.by))
