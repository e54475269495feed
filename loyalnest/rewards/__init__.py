"""The catalogue of what points buy, and what customers bought of it.

A redemption pays from the ledger and issues a code in one transaction. Unused codes can be taken
back or lapse, and their points return to the very lots they came from; what comes back when the
order that used one is refunded is the reward's own term. Rewards are versioned: an issued code
keeps the terms of its day.
"""

from loyalnest.rewards.errors import (
    CodeUnknown,
    RedemptionCancelled,
    RedemptionExpired,
    RedemptionNotFound,
    RedemptionUsed,
    RewardArchived,
    RewardChanged,
    RewardLimitReached,
    RewardNotActive,
    RewardNotFound,
    RewardNotHere,
    RewardNotInCurrency,
    RewardSoldOut,
    StockTaken,
    TierTooLow,
)
from loyalnest.rewards.events import (
    RewardCancelled,
    RewardExpired,
    RewardRedeemed,
    RewardSaved,
    RewardUsed,
)
from loyalnest.rewards.jobs import EXPIRY, expire
from loyalnest.rewards.keys import INDEXES, SEALED
from loyalnest.rewards.own_routes import own_router
from loyalnest.rewards.queries import by_code, catalogue, get_redemption, get_reward
from loyalnest.rewards.routes import router
from loyalnest.rewards.rules import LocalCodes
from loyalnest.rewards.service import (
    Redeemed,
    cancel,
    create,
    expire_due,
    redeem,
    reorder,
    save,
    use,
)
from loyalnest.rewards.subscribers import REFUNDS
from loyalnest.rewards.values import (
    CodeIssuer,
    Kind,
    OnRefund,
    Redemption,
    RedemptionId,
    Reward,
    RewardId,
    RewardState,
    State,
    Terms,
    Where,
)

__all__ = [
    "EXPIRY",
    "INDEXES",
    "REFUNDS",
    "SEALED",
    "CodeIssuer",
    "CodeUnknown",
    "Kind",
    "LocalCodes",
    "OnRefund",
    "Redeemed",
    "Redemption",
    "RedemptionCancelled",
    "RedemptionExpired",
    "RedemptionId",
    "RedemptionNotFound",
    "RedemptionUsed",
    "Reward",
    "RewardArchived",
    "RewardCancelled",
    "RewardChanged",
    "RewardExpired",
    "RewardId",
    "RewardLimitReached",
    "RewardNotActive",
    "RewardNotFound",
    "RewardNotHere",
    "RewardNotInCurrency",
    "RewardRedeemed",
    "RewardSaved",
    "RewardSoldOut",
    "RewardState",
    "RewardUsed",
    "State",
    "StockTaken",
    "Terms",
    "TierTooLow",
    "Where",
    "by_code",
    "cancel",
    "catalogue",
    "create",
    "expire",
    "expire_due",
    "get_redemption",
    "get_reward",
    "own_router",
    "redeem",
    "reorder",
    "router",
    "save",
    "use",
]
