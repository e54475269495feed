"""Tenants: merchants, the stores they sell in, and the settings of their program.

A merchant runs one program across its stores. Program settings are versioned: a change takes effect
from its instant on, and whoever looks at an earlier order asks for the version of that instant.
"""

from loyalnest.merchants.errors import (
    CurrencyUnknown,
    HandleInvalid,
    HandleTaken,
    MerchantNotFound,
    NameMissing,
    StoreTaken,
    TimeZoneUnknown,
    VersionNotFound,
)
from loyalnest.merchants.events import ProgramChanged, StoreUninstalled
from loyalnest.merchants.keys import INDEXES, SEALED
from loyalnest.merchants.queries import (
    find,
    find_by_handle,
    find_shop,
    get,
    get_by_handle,
    list_merchants,
    list_stores,
    program_of,
    programs_of,
)
from loyalnest.merchants.routes import router
from loyalnest.merchants.service import (
    add_store,
    create,
    mark_uninstalled,
    save_program,
)
from loyalnest.merchants.values import (
    ActionRule,
    AwardOn,
    Combine,
    Counts,
    Currency,
    DebtPolicy,
    Factor,
    Hold,
    HoldKind,
    Merchant,
    Multipliers,
    Program,
    ProgramSettings,
    ProgramVersion,
    Rounding,
    Shop,
    Store,
)

__all__ = [
    "INDEXES",
    "SEALED",
    "ActionRule",
    "AwardOn",
    "Combine",
    "Counts",
    "Currency",
    "CurrencyUnknown",
    "DebtPolicy",
    "Factor",
    "HandleInvalid",
    "HandleTaken",
    "Hold",
    "HoldKind",
    "Merchant",
    "MerchantNotFound",
    "Multipliers",
    "NameMissing",
    "Program",
    "ProgramChanged",
    "ProgramSettings",
    "ProgramVersion",
    "Rounding",
    "Shop",
    "Store",
    "StoreTaken",
    "StoreUninstalled",
    "TimeZoneUnknown",
    "VersionNotFound",
    "add_store",
    "create",
    "find",
    "find_by_handle",
    "find_shop",
    "get",
    "get_by_handle",
    "list_merchants",
    "list_stores",
    "mark_uninstalled",
    "program_of",
    "programs_of",
    "router",
    "save_program",
]
