"""What customers see of themselves: no names, no addresses, nothing that staff wrote."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from loyalnest import customers, ledger
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.languages import said_in
from loyalnest.tiers.schemas import StandingView
from loyalnest.tiers.values import Basis, Ladder, Place, Tier, Window


class OwnTierView(BaseModel):
    """A tier and what it brings."""

    key: str
    name: str
    colour: str
    multiplier: Decimal
    perks: Sequence[str]

    @classmethod
    def of(cls, tier: Tier, language: str | None) -> "OwnTierView":
        """The tier as the API shows it in a language."""
        return cls(
            key=tier.key,
            name=said_in(language, tier.names, tier.name),
            colour=tier.colour,
            multiplier=tier.multiplier,
            perks=tier.perks,
        )


class OwnStandingView(BaseModel):
    """Where you stand, and what is missing for more."""

    tier: OwnTierView | None
    since: datetime | None
    basis: Basis
    window: Window
    progress: Decimal = Field(description="Spend, points or orders so far, by `basis`.")
    next_tier: OwnTierView | None = Field(description="Null: there is none above.")
    missing: Decimal | None
    kept_until: datetime | None = Field(description="When the tier goes, if nothing is added.")

    @classmethod
    def of(
        cls, place: Place | None, ladder: Ladder, language: str | None, now: datetime
    ) -> "OwnStandingView":
        """The standing as its customer sees it: who gave a tier by hand, and why, is for staff."""
        told = StandingView.of(place, ladder, now)
        tier, further = ladder.tier(told.tier), ladder.tier(told.next_tier)
        return cls(
            tier=OwnTierView.of(tier, language) if tier else None,
            since=told.since,
            basis=told.basis,
            window=told.window,
            progress=told.progress,
            next_tier=OwnTierView.of(further, language) if further else None,
            missing=told.missing,
            kept_until=told.kept_until,
        )


class OwnView(BaseModel):
    """What you have, and where you stand."""

    id: str = Field(examples=["cus_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    accounts: list[ledger.OwnAccountView]
    tier: OwnStandingView | None = Field(description="Null: the program has no tiers.")

    @classmethod
    def of(
        cls,
        customer_id: customers.CustomerId,
        held: Sequence[ledger.Balance],
        lapses: Sequence[ledger.Lapse],
        standing: OwnStandingView | None,
    ) -> "OwnView":
        """All of it as the API shows it."""
        return cls(
            id=to_wire(customers.WIRE_PREFIX, customer_id),
            accounts=[ledger.OwnAccountView.beside(it, list(lapses)) for it in held],
            tier=standing,
        )
