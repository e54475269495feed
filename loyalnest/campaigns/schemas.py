"""What campaigns look like on the wire."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from loyalnest.campaigns.queries import Report
from loyalnest.campaigns.rules import phase_of
from loyalnest.campaigns.values import (
    WIRE_PREFIX,
    Campaign,
    Key,
    Phase,
    Placed,
    Rule,
    Version,
)
from loyalnest.kernel.http import ReadVersion
from loyalnest.kernel.ids import to_wire

Budget = Field(
    default=None,
    ge=1,
    le=10**12,
    description="The points it may give away in all; null: no limit. It is never overrun.",
)


def rule_schema() -> dict[str, Any]:
    """The JSON Schema of a campaign's rule (draft 2020-12)."""
    schema = Rule.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


class NewCampaign(BaseModel):
    """A campaign to draw up."""

    rule: Rule
    budget: int | None = Budget


class CampaignChange(NewCampaign):
    """A campaign as it should be from now on."""

    version: ReadVersion = None


class CampaignView(BaseModel):
    """A campaign and where it is in its life."""

    id: str = Field(examples=["cmp_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    version: int
    phase: Phase
    rule: Rule
    budget: int | None
    spent: int = Field(description="Points set aside for orders so far.")
    created_at: datetime
    created_by: str
    updated_at: datetime

    @classmethod
    def of(cls, campaign: Campaign, now: datetime) -> "CampaignView":
        """The campaign as the API shows it."""
        return cls(
            id=to_wire(WIRE_PREFIX, campaign.id),
            version=campaign.version,
            phase=phase_of(campaign, now),
            rule=campaign.rule,
            budget=campaign.budget,
            spent=campaign.spent,
            created_at=campaign.created_at,
            created_by=campaign.created_by,
            updated_at=campaign.updated_at,
        )


class CampaignVersionView(BaseModel):
    """One version of a campaign's rule."""

    version: int
    effective_from: datetime
    created_by: str
    rule: Rule

    @classmethod
    def of(cls, version: Version) -> "CampaignVersionView":
        """The version as the API shows it."""
        return cls(
            version=version.version,
            effective_from=version.effective_from,
            created_by=version.created_by,
            rule=version.rule,
        )


class PlacedProduct(BaseModel):
    """A product and all the collections it is in."""

    product: Key = Field(description="The shop's id of it, as in the lines of orders.")
    collections: list[Key] = Field(max_length=200, examples=[["cakes", "autumn"]])


class Placement(BaseModel):
    """Products of which the collections are told."""

    items: list[PlacedProduct] = Field(min_length=1, max_length=1000)

    def placed(self) -> list[Placed]:
        """As the use case takes them."""
        return [Placed(it.product, tuple(it.collections)) for it in self.items]


class CollectionView(BaseModel):
    """A collection that products are in."""

    collection: str
    products: int

    @classmethod
    def of(cls, counted: tuple[str, int]) -> "CollectionView":
        """The collection as the API shows it."""
        return cls(collection=counted[0], products=counted[1])


class CampaignReport(BaseModel):
    """What a campaign has done so far."""

    orders: int = Field(description="Orders that it added points to.")
    customers: int
    points: int = Field(
        description="What it added when they first earned, refunds aside; of a goal what stands."
    )
    reached: int = Field(description="Customers who have reached its goal, where it has one.")
    spend: Decimal = Field(description="What is left of those orders after refunds.")
    held_out_orders: int = Field(description="Orders that met it and got nothing, on purpose.")
    held_out_customers: int
    held_out_spend: Decimal
    currency: str = Field(description="The merchant's; orders in another add to no sum of money.")

    @classmethod
    def of(cls, report: Report) -> "CampaignReport":
        """The report as the API shows it."""
        return cls(
            orders=report.orders,
            customers=report.customers,
            points=report.points,
            reached=report.reached,
            spend=report.spend,
            held_out_orders=report.held_out_orders,
            held_out_customers=report.held_out_customers,
            held_out_spend=report.held_out_spend,
            currency=report.currency,
        )
