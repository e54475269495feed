"""Use cases of messages: the only writers of their tables."""

from loyalnest.messaging.service.asking import ask
from loyalnest.messaging.service.erasing import erase_customer, forget
from loyalnest.messaging.service.following import follow, note_redeemed
from loyalnest.messaging.service.retrying import release, retry, retry_many
from loyalnest.messaging.service.senders import Setup, change, remove, set_up, switch
from loyalnest.messaging.service.statuses import forget_early, take_early, take_status

__all__ = [
    "Setup",
    "ask",
    "change",
    "erase_customer",
    "follow",
    "forget",
    "forget_early",
    "note_redeemed",
    "release",
    "remove",
    "retry",
    "retry_many",
    "set_up",
    "switch",
    "take_early",
    "take_status",
]
