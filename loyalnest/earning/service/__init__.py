"""The use cases of earning: orders taken in by batches, what people do one deed at a time."""

from loyalnest.earning.service.actions import Deed, check_running, earn, reward_sign_ups
from loyalnest.earning.service.orders import take_in
from loyalnest.earning.service.switching import save_program, switch

__all__ = ["Deed", "check_running", "earn", "reward_sign_ups", "save_program", "switch", "take_in"]
