"""Rules that turn what people do into points.

An order's facts decide where its books should stand, and the difference to where they stand is
posted; so refunds, edits and cancellations may come in any order and always end the same. Other
actions earn once for what names them, within the caps of the program.
"""

from loyalnest.earning.errors import (
    ActionOff,
    ActionUnknown,
    AmountMissing,
    EarningLimitReached,
    EarnsByItself,
    EarnsNothing,
    ProgramPaused,
)
from loyalnest.earning.routes import router
from loyalnest.earning.service import Deed, earn, reward_sign_ups, take_in
from loyalnest.earning.subscribers import SIGN_UPS

__all__ = [
    "SIGN_UPS",
    "ActionOff",
    "ActionUnknown",
    "AmountMissing",
    "Deed",
    "EarningLimitReached",
    "EarnsByItself",
    "EarnsNothing",
    "ProgramPaused",
    "earn",
    "reward_sign_ups",
    "router",
    "take_in",
]
