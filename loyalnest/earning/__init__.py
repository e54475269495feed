"""Rules that turn what people do into points.

An order's facts decide where its books should stand, and the difference to where they stand is
posted; so refunds, edits and cancellations may come in any order and always end the same. Other
actions earn once for what names them, within the caps of the program.
"""

from loyalnest.earning.errors import (
    ActionOff,
    ActionPaused,
    ActionUnknown,
    AmountMissing,
    EarningLimitReached,
    EarnsByItself,
    EarnsNothing,
    ProgramOff,
    ProgramPaused,
)
from loyalnest.earning.service import (
    Deed,
    check_running,
    earn,
    reward_sign_ups,
    save_program,
    switch,
    take_in,
)
from loyalnest.earning.subscribers import SIGN_UPS

__all__ = [
    "SIGN_UPS",
    "ActionOff",
    "ActionPaused",
    "ActionUnknown",
    "AmountMissing",
    "Deed",
    "EarningLimitReached",
    "EarnsByItself",
    "EarnsNothing",
    "ProgramOff",
    "ProgramPaused",
    "check_running",
    "earn",
    "reward_sign_ups",
    "save_program",
    "switch",
    "take_in",
]
