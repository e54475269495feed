"""The books: what every customer has, where each point came from and where it went.

Everything that earns, spends, expires, refunds, imports or stamps goes through here, and nothing
else writes a balance. An account's figures are kept beside its immutable entries, the lots that
earnings filled, the draws out of them and the debts; `verify` proves that they agree.
"""

from loyalnest.ledger.errors import (
    EntryUnknown,
    InsufficientPoints,
    KeyReused,
    MeaninglessPosting,
    NotReversible,
    StillMerged,
    UnitExists,
    UnitUnknown,
)
from loyalnest.ledger.events import (
    Figures,
    PointsAdjusted,
    PointsClawedBack,
    PointsEarned,
    PointsExpired,
    PointsMerged,
    PointsMoved,
    PointsRedeemed,
    PointsReleased,
    PointsRestored,
)
from loyalnest.ledger.expiry import NEVER, Expiry, ExpiryKind
from loyalnest.ledger.queries import entries_of_sources
from loyalnest.ledger.service.posting import post_many
from loyalnest.ledger.service.units import POINTS, open_unit, units_of
from loyalnest.ledger.values import (
    HELD,
    LARGEST_AMOUNT,
    Balance,
    DebtId,
    Entry,
    EntryId,
    EntryKind,
    LotId,
    Posted,
    Posting,
    Shortfall,
    Source,
    Unit,
    UnitId,
    UnitKind,
)
from loyalnest.ledger.verify import Check, Report, Violation, verify

__all__ = [
    "HELD",
    "LARGEST_AMOUNT",
    "NEVER",
    "POINTS",
    "Balance",
    "Check",
    "DebtId",
    "Entry",
    "EntryId",
    "EntryKind",
    "EntryUnknown",
    "Expiry",
    "ExpiryKind",
    "Figures",
    "InsufficientPoints",
    "KeyReused",
    "LotId",
    "MeaninglessPosting",
    "NotReversible",
    "PointsAdjusted",
    "PointsClawedBack",
    "PointsEarned",
    "PointsExpired",
    "PointsMerged",
    "PointsMoved",
    "PointsRedeemed",
    "PointsReleased",
    "PointsRestored",
    "Posted",
    "Posting",
    "Report",
    "Shortfall",
    "Source",
    "StillMerged",
    "Unit",
    "UnitExists",
    "UnitId",
    "UnitKind",
    "UnitUnknown",
    "Violation",
    "entries_of_sources",
    "open_unit",
    "post_many",
    "units_of",
    "verify",
]
