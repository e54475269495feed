"""The books: what every customer has, where each point came from and where it went.

Everything that earns, spends, expires, refunds, imports or stamps goes through here, and nothing
else writes a balance. An account's figures are kept beside its immutable entries, the lots that
earnings filled, the draws out of them and the debts; `verify` proves that they agree.
"""

from loyalnest.ledger.ahead import After, LapseAhead, UnitKey, lapsing_ahead
from loyalnest.ledger.balances import balances_as_of, balances_of
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
from loyalnest.ledger.explain import End, Trace, explain
from loyalnest.ledger.lapsing import Lapse, lapsing_of, next_lapses
from loyalnest.ledger.liability import Month, liability
from loyalnest.ledger.own_schemas import OwnAccountView
from loyalnest.ledger.queries import (
    entries_of_customer,
    entries_of_sources,
    entry_by_id,
    held_entries,
)
from loyalnest.ledger.service.correcting import adjust, put_back, write_off
from loyalnest.ledger.service.due import settle_due
from loyalnest.ledger.service.holds import release_many, release_source
from loyalnest.ledger.service.merging import Return, merge, preview_unmerge, through, unmerge
from loyalnest.ledger.service.policy import (
    Loss,
    Losses,
    pause_expiry,
    preview_expiry,
    resume_expiry,
    set_expiry,
)
from loyalnest.ledger.service.posting import post_each, post_many
from loyalnest.ledger.service.units import (
    POINTS,
    list_units,
    open_unit,
    unit_by_code,
    unit_ids_of,
    units_of,
)
from loyalnest.ledger.values import (
    HELD,
    LARGEST_AMOUNT,
    Balance,
    DebtId,
    DrawKind,
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
    "After",
    "Balance",
    "Check",
    "DebtId",
    "DrawKind",
    "End",
    "Entry",
    "EntryId",
    "EntryKind",
    "EntryUnknown",
    "Expiry",
    "ExpiryKind",
    "Figures",
    "InsufficientPoints",
    "KeyReused",
    "Lapse",
    "LapseAhead",
    "Loss",
    "Losses",
    "LotId",
    "MeaninglessPosting",
    "Month",
    "NotReversible",
    "OwnAccountView",
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
    "Return",
    "Shortfall",
    "Source",
    "StillMerged",
    "Trace",
    "Unit",
    "UnitExists",
    "UnitId",
    "UnitKey",
    "UnitKind",
    "UnitUnknown",
    "Violation",
    "adjust",
    "balances_as_of",
    "balances_of",
    "entries_of_customer",
    "entries_of_sources",
    "entry_by_id",
    "explain",
    "held_entries",
    "lapsing_ahead",
    "lapsing_of",
    "liability",
    "list_units",
    "merge",
    "next_lapses",
    "open_unit",
    "pause_expiry",
    "post_each",
    "post_many",
    "preview_expiry",
    "preview_unmerge",
    "put_back",
    "release_many",
    "release_source",
    "resume_expiry",
    "set_expiry",
    "settle_due",
    "through",
    "unit_by_code",
    "unit_ids_of",
    "units_of",
    "unmerge",
    "verify",
    "write_off",
]
