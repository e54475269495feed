"""Who brought whom, and when it counts.

A customer passes a code on; a friend uses it; once the friend's order is past its return window,
both sides have what the merchant promised. Where a referral stands is judged from what is known now
of the people and their orders, so that refunds, merges and late news end the same in any order.
Merchants bring merchants too.
"""

from loyalnest.referrals.errors import (
    CodesExhausted,
    DuplicateReferral,
    FriendNotNew,
    InvalidReferralCode,
    MerchantNotNew,
    ReferralNotFound,
    ReferralSettingsChanged,
    ReferralsOff,
    ReferrerUnknown,
    SelfReferral,
    TooManyClicks,
)
from loyalnest.referrals.events import (
    MerchantReferralCompleted,
    MerchantReferralCreated,
    ReferralCompleted,
    ReferralCreated,
    ReferralExpired,
    ReferralRejected,
    ReferralReopened,
    ReferralSettingsSaved,
)
from loyalnest.referrals.jobs import DAILY, DUE, judge_due, tidy_up
from loyalnest.referrals.own_routes import own_router
from loyalnest.referrals.queries import (
    analytics,
    export_customer,
    get,
    list_referrals,
    merchants_brought,
    moves_of,
    progress_of,
    settings_of,
)
from loyalnest.referrals.routes import router
from loyalnest.referrals.service import (
    approve,
    claim,
    code_of,
    count_click,
    erase_customer,
    join,
    note_marks,
    reject,
    save,
)
from loyalnest.referrals.subscribers import REFERRALS
from loyalnest.referrals.values import (
    WIRE_PREFIX,
    Channel,
    CompletesOn,
    Mark,
    Reason,
    Referral,
    ReferralId,
    ReferralSettings,
    Review,
    Status,
)

__all__ = [
    "DAILY",
    "DUE",
    "REFERRALS",
    "WIRE_PREFIX",
    "Channel",
    "CodesExhausted",
    "CompletesOn",
    "DuplicateReferral",
    "FriendNotNew",
    "InvalidReferralCode",
    "Mark",
    "MerchantNotNew",
    "MerchantReferralCompleted",
    "MerchantReferralCreated",
    "Reason",
    "Referral",
    "ReferralCompleted",
    "ReferralCreated",
    "ReferralExpired",
    "ReferralId",
    "ReferralNotFound",
    "ReferralRejected",
    "ReferralReopened",
    "ReferralSettings",
    "ReferralSettingsChanged",
    "ReferralSettingsSaved",
    "ReferralsOff",
    "ReferrerUnknown",
    "Review",
    "SelfReferral",
    "Status",
    "TooManyClicks",
    "analytics",
    "approve",
    "claim",
    "code_of",
    "count_click",
    "erase_customer",
    "export_customer",
    "get",
    "join",
    "judge_due",
    "list_referrals",
    "merchants_brought",
    "moves_of",
    "note_marks",
    "own_router",
    "progress_of",
    "reject",
    "router",
    "save",
    "settings_of",
    "tidy_up",
]
