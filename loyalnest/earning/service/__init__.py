"""The use cases of earning: orders taken in by batches, what people do one deed at a time."""

from loyalnest.earning.service.actions import Deed, earn, reward_sign_ups
from loyalnest.earning.service.orders import take_in

__all__ = ["Deed", "earn", "reward_sign_ups", "take_in"]
