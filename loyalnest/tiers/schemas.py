"""What tiers look like on the wire."""

from datetime import datetime
from decimal import Decimal

from pydantic import AwareDatetime, BaseModel, Field

from loyalnest.customers import WIRE_PREFIX
from loyalnest.kernel.http import ReadVersion
from loyalnest.kernel.ids import to_wire
from loyalnest.tiers.rules import next_tier
from loyalnest.tiers.values import (
    Basis,
    Ladder,
    LadderVersion,
    Move,
    Override,
    Place,
    Preview,
    Window,
)


class LadderView(BaseModel):
    """The ladder from one instant on, and how many stand on each tier."""

    version: int = Field(description="0: there are no tiers yet.")
    effective_from: datetime | None
    created_by: str | None
    ladder: Ladder
    customers: dict[str, int] | None = Field(
        default=None, description="How many customers stand on each tier."
    )

    @classmethod
    def of(
        cls, version: LadderVersion | None, customers: dict[str, int] | None = None
    ) -> "LadderView":
        """The version as the API shows it."""
        if version is None:
            return cls(
                version=0, effective_from=None, created_by=None, ladder=Ladder(enabled=False)
            )
        return cls(
            version=version.version,
            effective_from=version.effective_from,
            created_by=version.created_by,
            ladder=version.ladder,
            customers=customers,
        )


class LadderChange(BaseModel):
    """The ladder as it should be from now on."""

    ladder: Ladder
    version: ReadVersion = None


class ShiftView(BaseModel):
    """How many would move from one tier to another; null is no tier."""

    from_tier: str | None
    to_tier: str | None
    customers: int


class MoverView(BaseModel):
    """Somebody who would move."""

    customer_id: str
    from_tier: str | None
    to_tier: str | None


class PreviewView(BaseModel):
    """What a change of the ladder would do, if it were saved now."""

    judged: int = Field(description="Customers looked at.")
    shifts: list[ShiftView]
    movers: list[MoverView] = Field(description="The first hundred of those who would move.")

    @classmethod
    def of(cls, preview: Preview) -> "PreviewView":
        """The preview as the API shows it."""
        return cls(
            judged=preview.judged,
            shifts=[
                ShiftView(from_tier=it.from_tier, to_tier=it.to_tier, customers=it.customers)
                for it in preview.shifts
            ],
            movers=[
                MoverView(customer_id=to_wire(WIRE_PREFIX, who), from_tier=was, to_tier=then)
                for who, was, then in preview.moves
            ],
        )


class OverrideRequest(BaseModel):
    """A tier to be given by hand."""

    tier: str = Field(max_length=63)
    until: AwareDatetime | None = Field(default=None, description="Null: until it is ended.")
    reason: str = Field(min_length=1, max_length=500)


class OverrideView(BaseModel):
    """A tier given by hand."""

    tier: str
    until: datetime | None
    by: str
    reason: str

    @classmethod
    def of(cls, given: Override) -> "OverrideView":
        """The override as the API shows it."""
        return cls(tier=given.tier, until=given.until, by=given.by, reason=given.reason)


class StandingView(BaseModel):
    """Where a customer stands, and what is missing for more."""

    tier: str | None = Field(description="The tier that counts; null: none.")
    own_tier: str | None = Field(description="The one that their own buying bears.")
    since: datetime | None
    basis: Basis
    window: Window
    progress: Decimal
    next_tier: str | None
    missing: Decimal | None = Field(description="What is still to be put in for the next tier.")
    kept_until: datetime | None = Field(description="In grace: when the tier goes.")
    override: OverrideView | None

    @classmethod
    def of(cls, place: Place | None, ladder: Ladder, now: datetime) -> "StandingView":
        """A standing as the API shows it; None for a customer who was never judged."""
        progress = place.progress if place else Decimal(0)
        further = next_tier(ladder, progress)
        lowest = ladder.tiers[0] if ladder.tiers and ladder.tiers[0].threshold == 0 else None
        unjudged = lowest.key if lowest else None
        return cls(
            tier=place.effective(now) if place else unjudged,
            own_tier=place.tier if place else unjudged,
            since=place.since if place else None,
            basis=ladder.basis,
            window=ladder.window,
            progress=progress,
            next_tier=further[0].key if further else None,
            missing=further[1] if further else None,
            kept_until=place.kept_until if place else None,
            override=OverrideView.of(place.override) if place and place.override else None,
        )


class MoveView(BaseModel):
    """One change of a customer's tier."""

    from_tier: str | None
    to_tier: str | None
    cause: str
    actor: str
    reason: str | None
    ladder_version: int
    occurred_at: datetime

    @classmethod
    def of(cls, move: Move) -> "MoveView":
        """The move as the API shows it."""
        return cls(
            from_tier=move.from_tier,
            to_tier=move.to_tier,
            cause=move.cause,
            actor=move.actor,
            reason=move.reason,
            ladder_version=move.ladder_version,
            occurred_at=move.occurred_at,
        )
