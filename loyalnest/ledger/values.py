"""The words of the ledger.

Rows that come by the hundred are `msgspec.Struct`s: frozen like a dataclass, and made several times
faster, which the batch path feels.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple, NewType
from uuid import UUID

import msgspec

from loyalnest.ledger.expiry import Expiry

UnitId = NewType("UnitId", UUID)
EntryId = NewType("EntryId", UUID)
LotId = NewType("LotId", UUID)
DebtId = NewType("DebtId", UUID)

UnitKind = Literal["points", "stamps"]

HELD = datetime(9999, 12, 31, tzinfo=UTC)
"""For `Posting.held_until`: held until an event releases it, not a date."""

LARGEST_AMOUNT = 10**12
"""What one posting may move at most, so that no sum of them leaves the database's integers."""


class EntryKind(StrEnum):
    """What an entry is about."""

    EARN = "earn"
    REDEEM = "redeem"
    EXPIRE = "expire"
    ADJUST = "adjust"
    REFUND = "refund"
    RESTORE = "restore"
    IMPORT = "import"
    TRANSFER = "transfer"
    MERGE = "merge"


class DrawKind(StrEnum):
    """Why points left a lot (or came back, for PUT_BACK)."""

    SPEND = "spend"
    CLAWBACK = "clawback"
    EXPIRE = "expire"
    ADJUST = "adjust"
    TRANSFER = "transfer"
    REPAY = "repay"
    MOVE = "move"
    PUT_BACK = "put_back"


class Shortfall(StrEnum):
    """What happens when an account can't give what is taken from it."""

    REFUSE = "refuse"
    """The posting is refused with InsufficientPoints."""
    OWE = "owe"
    """The rest becomes debt."""
    WRITE_OFF = "write_off"
    """The rest becomes debt and is written off at once, by an adjustment that says so."""


class Source(NamedTuple):
    """What caused an entry: a kind (`order`, `redemption`, `staff`) and its id."""

    kind: str
    id: str


class Unit(msgspec.Struct, frozen=True):
    """What is counted: the program's points, or the stamps of one card."""

    merchant_id: UUID
    id: UnitId
    code: str
    kind: UnitKind
    names: Mapping[str, tuple[str, str]]
    """Language → (singular, plural)."""
    expiry: Expiry
    time_zone: str
    """The merchant's, in which days and months end."""


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """What should be written: one signed amount on one account, once for (source, step)."""

    merchant_id: UUID
    customer_id: UUID
    unit_id: UnitId
    kind: EntryKind
    amount: int
    source: Source
    step: str
    """Tells the effects of one source apart: `award`, `refund:123`."""
    is_new: bool = False
    """The source began in this transaction: nothing is looked for that it had brought before."""
    occurred_at: datetime
    actor: str = "system"
    reason: str | None = None
    program_version: int | None = None
    basis: Mapping[str, Any] | None = None
    """The figures the amount was computed from; ids and numbers, never personal data."""
    held_until: datetime | None = None
    """Pending until then; HELD for until an event releases it."""
    reverses: EntryId | None = None
    request_hash: bytes | None = None
    """Digest of the request that carried the key; another one under the same key is refused."""
    clawback_of: Source | None = None
    """For a refund: take first from what this source brought in, pending or not."""
    store_id: UUID | None = None
    """The store whose sale caused it: told with the news of it, not written in the books."""
    shortfall: Shortfall | None = None
    """When too little is there; by default a refund is owed and all else refused."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the books, as it was written and will stay."""

    id: EntryId
    merchant_id: UUID
    customer_id: UUID
    unit_id: UnitId
    kind: EntryKind
    amount: int
    balance_after: int
    """Available + pending − debt once this line was written."""
    source: Source
    step: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str = "system"
    reason: str | None = None
    program_version: int | None = None
    basis: Mapping[str, Any] | None = None
    reverses: EntryId | None = None
    request_hash: bytes | None = None


class Posted(msgspec.Struct, frozen=True):
    """What became of a posting: its entry, written now or, for a replay, the first time."""

    posting: Posting
    entry: Entry
    replayed: bool


class Balance(msgspec.Struct, frozen=True):
    """What one account holds; all three are ≥ 0, and available and debt never both above it."""

    unit: str
    available: int
    pending: int
    debt: int
