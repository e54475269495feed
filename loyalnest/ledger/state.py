"""One account in the making: as it was loaded, and everything written on it since.

The rules work on this copy; the service loads it and writes down what was added. Nothing here
touches a session or a clock.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from loyalnest.ledger.values import (
    HELD,
    DebtId,
    DrawKind,
    Entry,
    EntryId,
    LotId,
    Source,
    Unit,
)

_FAR = datetime(9999, 12, 31, 23, tzinfo=UTC)


@dataclass(slots=True)
class Lot:
    """Points that were earned together and lapse together."""

    id: LotId
    entry_id: EntryId
    earned: int
    remaining: int
    held_until: datetime | None
    released_at: datetime | None
    release_recorded_at: datetime | None
    expires_at: datetime | None
    origin_id: LotId | None
    occurred_at: datetime
    recorded_at: datetime
    source: Source | None = None
    """Whose points these are, where somebody may claw them back."""
    put_back_at: datetime | None = None
    put_back_by: EntryId | None = None
    is_new: bool = False
    touched: bool = False

    @property
    def pending(self) -> bool:
        return self.held_until is not None and self.released_at is None

    @property
    def due_at(self) -> datetime | None:
        """The next instant at which something happens to this lot by itself."""
        if self.pending:
            return None if self.held_until == HELD else self.held_until
        return self.expires_at

    @property
    def spending_order(self) -> tuple[datetime, datetime, UUID]:
        """First to expire first; what never expires last, then the oldest."""
        return (self.expires_at or _FAR, self.occurred_at, self.id)


@dataclass(slots=True)
class Debt:
    """Points that are owed: taken away when they were no longer there."""

    id: DebtId
    entry_id: EntryId
    owed: int
    remaining: int
    origin_id: DebtId | None
    occurred_at: datetime
    recorded_at: datetime
    is_new: bool = False
    touched: bool = False


@dataclass(slots=True)
class Draw:
    """A movement out of a lot, or, negative, back into it."""

    lot_id: LotId | None
    entry_id: EntryId
    debt_id: DebtId | None
    kind: DrawKind
    amount: int
    occurred_at: datetime


@dataclass(slots=True)
class Release:
    """A lot that stopped being held."""

    lot: Lot
    amount: int
    at: datetime


@dataclass(slots=True)
class Standing:
    """An account's three figures at one moment."""

    available: int
    pending: int
    debt: int


@dataclass(slots=True)
class Reversible:
    """What is left to put back of one redemption."""

    left: int
    drawn: list[tuple[Lot, int]]
    """By lot, in the order of putting back: what was drawn last comes back first."""


@dataclass(slots=True)
class Account:
    """The working copy of one account."""

    merchant_id: UUID
    customer_id: UUID
    unit: Unit
    available: int
    pending: int
    debt: int
    lifetime_earned: int
    lifetime_spent: int
    next_due_at: datetime | None
    last_active_at: datetime | None
    moved_to: UUID | None = None
    """The customer this account was merged into, whose account takes what still comes."""
    moved_by: UUID | None = None
    """The merge that did it."""
    lots: list[Lot] = field(default_factory=list[Lot])
    debts: list[Debt] = field(default_factory=list[Debt])
    unseen_due_at: datetime | None = None
    """When the first of the lots is due that were not loaded; None once all are at hand."""
    reversible: dict[EntryId, Reversible] = field(default_factory=dict[EntryId, "Reversible"])
    """The redemptions that may be put back here."""
    entries: list[Entry] = field(default_factory=list[Entry])
    draws: list[Draw] = field(default_factory=list[Draw])
    news: list[tuple[Entry | Release, Standing, UUID | None]] = field(
        default_factory=list[tuple[Entry | Release, Standing, UUID | None]]
    )
    """What to announce, each with the figures right after it and the store it came from."""
    changed: bool = False

    @property
    def key(self) -> tuple[UUID, UUID, UUID]:
        return (self.merchant_id, self.customer_id, self.unit.id)

    @property
    def balance(self) -> int:
        return self.available + self.pending - self.debt

    def spendable_lots(self) -> list[Lot]:
        """The lots that can be spent, in the order of spending."""
        lots = [lot for lot in self.lots if lot.remaining and not lot.pending]
        if len(lots) > 1:
            lots.sort(key=lambda lot: lot.spending_order)
        return lots

    def open_debts(self) -> list[Debt]:
        """The debts that are left, oldest first."""
        debts = [debt for debt in self.debts if debt.remaining]
        if len(debts) > 1:
            debts.sort(key=lambda debt: (debt.occurred_at, debt.id))
        return debts

    def announce(self, what: Entry | Release, store_id: UUID | None = None) -> None:
        self.news.append((what, Standing(self.available, self.pending, self.debt), store_id))
