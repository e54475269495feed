"""What the books look like on the wire."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from loyalnest.kernel.http import Instant
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.ledger.expiry import Expiry, ExpiryKind
from loyalnest.ledger.liability import Month
from loyalnest.ledger.service.policy import Loss, Losses
from loyalnest.ledger.values import LARGEST_AMOUNT, Balance, Entry, EntryId, Unit

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$", examples=["points"])]
Amount = Annotated[int, Field(ge=-LARGEST_AMOUNT, le=LARGEST_AMOUNT, strict=True)]
Said = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Days = Annotated[int, Field(ge=0, le=36_500)]


class Strict(BaseModel):
    """A request that says nothing we don't know."""

    model_config = ConfigDict(extra="forbid")


class AccountView(BaseModel):
    """What a customer has in one unit."""

    unit: str = Field(examples=["points"])
    available: int = Field(ge=0)
    pending: int = Field(ge=0)
    debt: int = Field(ge=0)

    @classmethod
    def of(cls, balance: Balance) -> "AccountView":
        """The balance as the API shows it."""
        return cls(
            unit=balance.unit,
            available=balance.available,
            pending=balance.pending,
            debt=balance.debt,
        )


class AccountsView(BaseModel):
    """What a customer has, by unit."""

    items: list[AccountView]


class MonthView(BaseModel):
    """What was owed in one unit over one month; `opening` + all between = `closing`."""

    unit: str = Field(examples=["points"])
    month: date = Field(description="Its first day; months are those of the merchant's time zone.")
    opening: int = Field(description="Available + pending - debt of all customers before it.")
    issued: int
    redeemed: int = Field(description="Below zero, as in the books.")
    restored: int = Field(description="Redemptions put back.")
    expired: int
    clawed_back: int = Field(description="Taken back for refunds and cancellations.")
    adjusted: int
    closing: int

    @classmethod
    def of(cls, month: Month) -> "MonthView":
        return cls(**msgspec.structs.asdict(month))


class LiabilityView(BaseModel):
    """What a merchant owes in points, month by month, unit by unit."""

    items: list[MonthView]


class EntryView(BaseModel):
    """One line of the books."""

    id: str = Field(examples=["ent_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    kind: str
    amount: int
    balance_after: int = Field(description="Available + pending - debt, once this was written.")
    explanation: str = Field(description="The line in words.")
    source_kind: str
    source_id: str
    step: str
    reverses: str | None
    program_version: int | None
    basis: dict[str, Any] | None = Field(description="The figures the amount was computed from.")
    reason: str | None
    actor: str
    occurred_at: datetime
    recorded_at: datetime

    @classmethod
    def of(cls, entry: Entry) -> "EntryView":
        """The entry as the API shows it."""
        return cls(
            id=to_wire("ent", entry.id),
            kind=entry.kind,
            amount=entry.amount,
            balance_after=entry.balance_after,
            explanation=explained(entry),
            source_kind=entry.source.kind,
            source_id=entry.source.id,
            step=entry.step,
            reverses=to_wire("ent", entry.reverses) if entry.reverses else None,
            program_version=entry.program_version,
            basis=dict(entry.basis) if entry.basis is not None else None,
            reason=entry.reason,
            actor=entry.actor,
            occurred_at=entry.occurred_at,
            recorded_at=entry.recorded_at,
        )


class PostedView(BaseModel):
    """What became of a posting."""

    entry: EntryView
    replayed: bool


class AdjustRequest(Strict):
    """Points given or taken by hand."""

    customer_id: str = Field(examples=["cus_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    amount: Amount = Field(description="Never zero; below zero takes.", examples=[-50])
    reason: Said = Field(examples=["Counted twice at the till"])
    unit: Code = "points"
    may_owe: bool = Field(
        default=False,
        description="Take more than is there, as debt, where the program lets balances owe.",
    )


class PostingRequest(Strict):
    """One posting of a batch; happens once for its `source_id` and `step`."""

    customer_id: str
    kind: Literal["earn", "redeem", "adjust", "refund", "restore", "import", "transfer"]
    amount: Amount
    source_id: Name = Field(description="Your own name for what caused it.")
    step: Name = "post"
    unit: Code = "points"
    occurred_at: Instant | None = None
    held_until: Instant | None = None
    reverses: str | None = Field(default=None, description="For a restore: the redemption.")
    reason: Said | None = None

    def reversed_entry(self) -> EntryId | None:
        """The entry that it reverses."""
        return EntryId(from_wire("ent", self.reverses)) if self.reverses else None


class PostingsRequest(Strict):
    """Postings that are written together, or not at all."""

    postings: Annotated[list[PostingRequest], Field(min_length=1, max_length=1000)]


class PostingsView(BaseModel):
    """What became of them, in the order they were sent."""

    items: list[PostedView]


class ExpiryPolicy(Strict):
    """When a unit's points lapse."""

    kind: ExpiryKind = ExpiryKind.NEVER
    days: Days = Field(default=0, description="Whole days of the merchant, until the last one ends")
    grace_days: Days = Field(
        default=0, description="How long points live that come back to a lot that has lapsed."
    )

    def policy(self) -> Expiry:
        """The policy as the books know it."""
        return Expiry(self.kind, self.days, self.grace_days)


class ExpiryChange(ExpiryPolicy):
    """A policy to put in force."""

    existing: bool = Field(
        default=False,
        description="Give points that exist already new dates too, none sooner than in 30 days.",
    )


_Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
_UnitName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^<>]*$")
]


class UnitNames(Strict):
    """What a unit is called."""

    names: dict[_Language, tuple[_UnitName, _UnitName]] = Field(
        min_length=1,
        max_length=50,
        description="By language: singular, plural. Languages left out go by `en`, or by our own.",
        examples=[{"en": ["star", "stars"], "de": ["Stern", "Sterne"]}],
    )


class LossView(BaseModel):
    """What one customer would lose."""

    customer_id: str
    lapses_at: datetime
    points: int

    @classmethod
    def of(cls, loss: Loss) -> "LossView":
        """The loss as the API shows it."""
        return cls(
            customer_id=to_wire("cus", loss.customer_id),
            lapses_at=loss.lapses_at,
            points=loss.points,
        )


class LossesView(BaseModel):
    """What a policy would end of the points that exist now, if nobody spent any."""

    count: int
    points: int
    first: list[LossView]

    @classmethod
    def of(cls, losses: Losses) -> "LossesView":
        """The losses as the API shows them."""
        return cls(
            count=losses.count, points=losses.points, first=list(map(LossView.of, losses.first))
        )


class UnitView(BaseModel):
    """Something a merchant counts."""

    code: str
    kind: str
    names: dict[str, tuple[str, str]] = Field(description="By language: singular, plural.")
    expiry: ExpiryPolicy

    @classmethod
    def of(cls, unit: Unit) -> "UnitView":
        """The unit as the API shows it."""
        expiry = unit.expiry
        return cls(
            code=unit.code,
            kind=unit.kind,
            names=dict(unit.names),
            expiry=ExpiryPolicy(kind=expiry.kind, days=expiry.days, grace_days=expiry.grace_days),
        )


class UnitsView(BaseModel):
    """Everything a merchant counts."""

    items: list[UnitView]


class MergeRequest(Strict):
    """Another customer who is this one."""

    merged_id: str = Field(description="Whose points and identities come over.")


class MergeView(BaseModel):
    """A merge, by which it can be undone."""

    id: str = Field(examples=["mrg_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])


class UnmergeRequest(Strict):
    """A merge to undo."""

    merge_id: str


class ReturnView(BaseModel):
    """What un-merging gives back in one unit."""

    unit: str
    came_over: int
    given_back: int


class ReturnsView(BaseModel):
    """What un-merging gives back."""

    items: list[ReturnView]


_SAID = {
    "earn": "earned by {source}",
    "redeem": "spent on {source}",
    "expire": "lapsed at the end of {last_day}",
    "adjust": "corrected by {actor}",
    "refund": "taken back for {source}",
    "restore": "put back from a redemption",
    "import": "brought in from elsewhere",
    "transfer": "passed between customers",
    "merge": "moved because two customers are one, or are not after all",
}


def explained(entry: Entry) -> str:
    """An entry in words."""
    what = _SAID[entry.kind].format(
        source=f"{entry.source.kind} {entry.source.id}",
        actor=entry.actor,
        last_day=date(entry.occurred_at.year, entry.occurred_at.month, entry.occurred_at.day),
    )
    if entry.basis and "spend" in entry.basis and "rate" in entry.basis:
        currency = entry.basis.get("currency", "")
        what += f": {entry.basis['spend']} {currency} at {entry.basis['rate']}".rstrip()
        what += _boosted(entry.basis)
    return f"{abs(entry.amount)} {what}" + (f" ({entry.reason})" if entry.reason else "")


def _boosted(basis: Mapping[str, Any]) -> str:
    """What was added to the base: `; 10 base, ×1.5 Gold, +50 Double Friday`."""
    if not basis.get("boosts"):
        return ""
    said = [f"{basis['base']} base"]
    for boost in basis["boosts"]:
        if boost.get("points"):
            said.append(f"+{boost['points']} {boost['name']}")
        else:
            said.append(f"×{boost['factor']} {boost['name']}")
    return "; " + ", ".join(said)
