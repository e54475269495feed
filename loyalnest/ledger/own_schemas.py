"""What customers see of their own books: what happened, and nothing that is the staff's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from loyalnest.kernel.ids import to_wire
from loyalnest.ledger.lapsing import Lapse
from loyalnest.ledger.schemas import AccountView
from loyalnest.ledger.values import Balance, Entry


class LapseView(BaseModel):
    """Points that lapse at an instant unless they are spent before."""

    points: int
    at: datetime


class OwnAccountView(AccountView):
    """What you have in one unit, and what of it lapses soon."""

    lapsing: list[LapseView] = Field(description="The soonest first.")

    @classmethod
    def beside(cls, balance: Balance, lapses: list[Lapse]) -> "OwnAccountView":
        """The balance with those of the lapses that are in its unit."""
        return cls(
            **AccountView.of(balance).model_dump(),
            lapsing=[
                LapseView(points=it.points, at=it.at) for it in lapses if it.unit == balance.unit
            ],
        )


class OwnEntryView(BaseModel):
    """One line of your books."""

    id: str = Field(examples=["ent_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    kind: str
    cause: str = Field(
        description="What it came from: `order`, `redemption`, `tier`, `action:signup` …"
    )
    amount: int
    balance_after: int = Field(description="Available + pending - debt, once this was written.")
    explanation: str = Field(description="The line in words.")
    occurred_at: datetime

    @classmethod
    def of(cls, entry: Entry) -> "OwnEntryView":
        """The entry as its customer sees it: a reason that staff gave is for staff."""
        return cls(
            id=to_wire("ent", entry.id),
            kind=entry.kind,
            cause=entry.source.kind,
            amount=entry.amount,
            balance_after=entry.balance_after,
            explanation=in_plain_words(entry),
            occurred_at=entry.occurred_at,
        )


_EARNED = {
    "order": "earned with an order",
    "tier": "for reaching a tier",
    "campaign": "for reaching a campaign's goal",
    "referral": "for bringing a friend, or being brought by one",
    "badge": "for a badge",
    "action:signup": "for joining",
    "action:newsletter": "for subscribing to the newsletter",
    "action:review": "for a review",
    "action:birthday": "for your birthday",
    "action:social_follow": "for following",
    "action:visit": "for a visit",
}
_OTHERWISE = {
    "earn": "earned",
    "redeem": "spent on a reward",
    "expire": "lapsed",
    "adjust": "corrected by the shop",
    "refund": "taken back, because something was returned or cancelled",
    "restore": "given back from a reward",
    "import": "brought over",
    "transfer": "passed on",
    "merge": "moved between two accounts that are one person's",
}


def in_plain_words(entry: Entry) -> str:
    """An entry as one would tell it to the customer: `150 earned with an order: 100 EUR × 1.5`."""
    said = _OTHERWISE[entry.kind]
    if entry.kind == "earn":
        said = _EARNED.get(entry.source.kind, said)
    return f"{abs(entry.amount)} {said}{_figures(entry.basis)}"


def _figures(basis: Mapping[str, Any] | None) -> str:
    if not basis or "spend" not in basis or "rate" not in basis:
        return ""
    told = f": {basis['spend']} {basis.get('currency', '')}".rstrip()
    told += f", {basis['rate']} for each"
    for boost in basis.get("boosts", ()):
        more = f"{boost['points']} more" if boost.get("points") else f"times {boost['factor']}"
        told += f"; {more} by {boost['name']}"
    return told
