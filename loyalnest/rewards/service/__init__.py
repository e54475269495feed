"""The use cases of rewards: the catalogue, redeeming, giving, and what becomes of a redemption."""

from loyalnest.rewards.service.at_checkout import Use, hold_by_code, use_in_orders
from loyalnest.rewards.service.catalogue import create, reorder, save
from loyalnest.rewards.service.counter import Request, Served, counter
from loyalnest.rewards.service.giving import check_givable, givable, give_many
from loyalnest.rewards.service.redeeming import Redeemed, Wish, redeem
from loyalnest.rewards.service.settling import (
    cancel,
    expire_due,
    hold,
    return_for_refunds,
    take_back,
    use,
)
from loyalnest.rewards.service.stock import lock_stock

__all__ = [
    "Redeemed",
    "Request",
    "Served",
    "Use",
    "Wish",
    "cancel",
    "check_givable",
    "counter",
    "create",
    "expire_due",
    "givable",
    "give_many",
    "hold",
    "hold_by_code",
    "lock_stock",
    "redeem",
    "reorder",
    "return_for_refunds",
    "save",
    "take_back",
    "use",
    "use_in_orders",
]
