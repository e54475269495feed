"""What usage looks like on the wire."""

from datetime import date

from pydantic import BaseModel, Field

from loyalnest.plans.values import Usage


class UsageView(BaseModel):
    """What a merchant's month has used of the plan so far. Nothing stops when it is used up."""

    plan: str = Field(examples=["unlimited"])
    month: date = Field(description="Its first day, by the merchant's calendar.")
    orders: int = Field(description="Orders placed this month.")
    limit: int | None = Field(description="Orders a month; null: no limit.")
    percent: int | None
    threshold: int | None = Field(description="80 or 100, once it is reached.")

    @classmethod
    def of(cls, usage: Usage) -> "UsageView":
        return cls(
            plan=usage.plan.name,
            month=usage.month,
            orders=usage.orders,
            limit=usage.plan.orders,
            percent=usage.percent,
            threshold=usage.threshold,
        )
