"""Use cases: people agree and refuse, say how they want to be written to, and are let be."""

from loyalnest.consents.service.erase import erase_customer, follow_merges, forget_customers
from loyalnest.consents.service.leaving import leave, return_, take_reply
from loyalnest.consents.service.prefer import save_preferences
from loyalnest.consents.service.record import confirm, record_many, say
from loyalnest.consents.service.settings import save_settings
from loyalnest.consents.service.suppress import lift, suppress, suppress_many

__all__ = [
    "confirm",
    "erase_customer",
    "follow_merges",
    "forget_customers",
    "leave",
    "lift",
    "record_many",
    "return_",
    "save_preferences",
    "save_settings",
    "say",
    "suppress",
    "suppress_many",
    "take_reply",
]
