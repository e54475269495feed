"""The use cases of rewards: the catalogue, redeeming, and what becomes of a redemption."""

from loyalnest.rewards.service.catalogue import create, reorder, save
from loyalnest.rewards.service.redeeming import Redeemed, redeem
from loyalnest.rewards.service.settling import (
    cancel,
    expire_due,
    return_for_refunds,
    use,
)

__all__ = [
    "Redeemed",
    "cancel",
    "create",
    "expire_due",
    "redeem",
    "reorder",
    "return_for_refunds",
    "save",
    "use",
]
