"""What the ledger announces."""

from typing import ClassVar
from uuid import UUID

import msgspec

from loyalnest.kernel.events import Event


class Figures(msgspec.Struct, frozen=True):
    """An account's figures right after what happened."""

    available: int
    pending: int
    debt: int


class PointsMoved(Event, frozen=True, kw_only=True):
    """The parent of every event that an entry makes."""

    entry_id: str
    unit: str
    amount: int
    balance: Figures
    source_kind: str
    source_id: str
    store_id: UUID | None = None
    """Whose order it was."""


class PointsEarned(PointsMoved, frozen=True, kw_only=True):
    """Points came in by an earning or an import; pending ones too."""

    type: ClassVar[str] = "points.earned"


class PointsRedeemed(PointsMoved, frozen=True, kw_only=True):
    """Points were spent."""

    type: ClassVar[str] = "points.redeemed"


class PointsAdjusted(PointsMoved, frozen=True, kw_only=True):
    """Somebody corrected a balance, moved points between customers, or wrote a debt off."""

    type: ClassVar[str] = "points.adjusted"


class PointsClawedBack(PointsMoved, frozen=True, kw_only=True):
    """A refund or a cancellation took back what its order had earned."""

    type: ClassVar[str] = "points.clawed_back"


class PointsRestored(PointsMoved, frozen=True, kw_only=True):
    """What a redemption had cost was put back."""

    type: ClassVar[str] = "points.restored"


class PointsExpired(PointsMoved, frozen=True, kw_only=True):
    """Points passed their date."""

    type: ClassVar[str] = "points.expired"


class PointsMerged(PointsMoved, frozen=True, kw_only=True):
    """Points changed account because two customers turned out to be one, or turned out not to."""

    type: ClassVar[str] = "points.merged"


class PointsReleased(Event, frozen=True, kw_only=True):
    """Pending points can be spent from now on."""

    type: ClassVar[str] = "points.released"

    lot_id: str
    unit: str
    amount: int
    balance: Figures


class UnitRenamed(Event, frozen=True, kw_only=True):
    """What is counted is called something else."""

    type: ClassVar[str] = "unit.renamed"

    unit: str
    before: dict[str, tuple[str, str]]
    """Singular and plural by language."""
    after: dict[str, tuple[str, str]]


class Term(msgspec.Struct, frozen=True):
    """When what is counted lapses."""

    kind: str
    days: int
    grace_days: int


class UnitExpiryChanged(Event, frozen=True, kw_only=True):
    """What is counted lapses by another policy from now on."""

    type: ClassVar[str] = "unit.expiry_changed"

    unit: str
    before: Term
    after: Term
    existing: bool
    """Whether what had been earned by then got new dates, too."""
