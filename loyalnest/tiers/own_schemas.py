"""What customers see of themselves: no names, no addresses, nothing that staff wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from pydantic import BaseModel, Field

from loyalnest import customers, ledger
from loyalnest.kernel import currencies
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.languages import Wanted
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
    def of(cls, tier: Tier, wanted: Wanted) -> "OwnTierView":
        """The tier as the API shows it in its customer's language."""
        return cls(
            key=tier.key,
            name=wanted.said_in(tier.names, tier.name),
            colour=tier.colour,
            multiplier=tier.multiplier,
            perks=tier.perks,
        )


@dataclass(frozen=True, slots=True)
class Money:
    """A currency to show amounts in."""

    currency: str
    rate: Decimal
    """What a unit of it is worth in the merchant's own."""

    def shown(self, amount: Decimal, rounding: str) -> Decimal:
        """An amount of the merchant's own currency in this one, as finely as it is divided."""
        unit = Decimal(1).scaleb(-currencies.minor_units(self.currency))
        return (amount / self.rate).quantize(unit, rounding)


class OwnStandingView(BaseModel):
    """Where you stand, and what is missing for more."""

    tier: OwnTierView | None
    since: datetime | None
    basis: Basis
    window: Window
    progress: Decimal = Field(description="Spend, points or orders so far, by `basis`.")
    next_tier: OwnTierView | None = Field(description="Null: there is none above.")
    missing: Decimal | None
    currency: str | None = Field(description="Of these two; null: they are no money.")
    kept_until: datetime | None = Field(description="When the tier goes, if nothing is added.")

    @classmethod
    def of(
        cls,
        place: Place | None,
        ladder: Ladder,
        wanted: Wanted,
        money: Money,
        now: datetime,
    ) -> "OwnStandingView":
        """The standing as its customer sees it: who gave a tier by hand, and why, is for staff."""
        told = StandingView.of(place, ladder, now)
        tier, further = ladder.tier(told.tier), ladder.tier(told.next_tier)
        spent, missing = told.progress, told.missing
        if ladder.basis is Basis.SPEND:
            spent = money.shown(spent, ROUND_FLOOR)
            missing = None if missing is None else money.shown(missing, ROUND_CEILING)
        return cls(
            tier=OwnTierView.of(tier, wanted) if tier else None,
            since=told.since,
            basis=told.basis,
            window=told.window,
            progress=spent,
            next_tier=OwnTierView.of(further, wanted) if further else None,
            missing=missing,
            currency=money.currency if ladder.basis is Basis.SPEND else None,
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
