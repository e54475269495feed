"""Meta's error codes in messaging's words.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

from collections.abc import Mapping

from loyalnest.messaging import Reason, State

REASONS: Mapping[int, Reason] = {
    0: Reason.CREDENTIALS_REFUSED,
    3: Reason.CREDENTIALS_REFUSED,
    4: Reason.THROTTLED,
    10: Reason.CREDENTIALS_REFUSED,
    33: Reason.SENDER_REFUSED,  # the business's number is gone
    190: Reason.CREDENTIALS_REFUSED,
    368: Reason.SENDER_REFUSED,  # blocked for violating policies
    80007: Reason.THROTTLED,
    130429: Reason.THROTTLED,
    130472: Reason.TOO_MANY_TO_CUSTOMER,  # part of an experiment of Meta's
    130497: Reason.SENDER_REFUSED,
    131000: Reason.UNAVAILABLE,
    131005: Reason.CREDENTIALS_REFUSED,
    131008: Reason.CONTENT_REFUSED,
    131009: Reason.CONTENT_REFUSED,
    131016: Reason.UNAVAILABLE,
    131021: Reason.ADDRESS_INVALID,  # the sender's own number
    131026: Reason.NOT_ON_CHANNEL,
    131031: Reason.SENDER_REFUSED,
    131042: Reason.QUOTA_REACHED,  # nothing to pay with
    131045: Reason.SENDER_REFUSED,
    131047: Reason.OUTSIDE_WINDOW,
    131048: Reason.QUOTA_REACHED,  # too many were marked as spam
    131049: Reason.TOO_MANY_TO_CUSTOMER,
    131050: Reason.OPTED_OUT,
    131051: Reason.CONTENT_REFUSED,
    131056: Reason.THROTTLED,
    131057: Reason.UNAVAILABLE,
    132000: Reason.TEMPLATE_REFUSED,
    132001: Reason.TEMPLATE_REFUSED,
    132005: Reason.TEMPLATE_REFUSED,
    132007: Reason.TEMPLATE_REFUSED,
    132012: Reason.TEMPLATE_REFUSED,
    132015: Reason.TEMPLATE_REFUSED,
    132016: Reason.TEMPLATE_REFUSED,
    133004: Reason.UNAVAILABLE,
    133010: Reason.SENDER_REFUSED,
}
"""Why, by Meta's code."""

PAUSES_S: Mapping[int, int] = {131056: 6, 130429: 1, 80007: 60, 4: 60}
"""For how long to leave Meta alone, which says so in its documentation and in no header."""

STATES: Mapping[str, State] = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.READ,
    "played": State.READ,
    "failed": State.FAILED,
}
"""How far a message has come, by Meta's status."""
