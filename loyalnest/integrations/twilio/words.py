"""Twilio's error codes in messaging's words.

https://www.twilio.com/docs/api/errors. The same code comes at once, as the answer to a request, or
later, with a status. What is not here is a refusal that keeps its code.
"""

from collections.abc import Mapping

from loyalnest.messaging import Reason, State

REASONS: Mapping[int, Reason] = {
    20003: Reason.CREDENTIALS_REFUSED,
    20404: Reason.CREDENTIALS_REFUSED,  # the account itself is not there
    20429: Reason.THROTTLED,
    21211: Reason.ADDRESS_INVALID,
    21217: Reason.ADDRESS_INVALID,
    21408: Reason.SENDER_REFUSED,  # no permission for this country
    21601: Reason.SENDER_REFUSED,
    21603: Reason.SENDER_REFUSED,
    21606: Reason.SENDER_REFUSED,
    21610: Reason.OPTED_OUT,
    21611: Reason.THROTTLED,  # the sender's queue is full
    21612: Reason.UNREACHABLE,
    21614: Reason.ADDRESS_INVALID,
    21617: Reason.CONTENT_REFUSED,
    21619: Reason.CONTENT_REFUSED,
    21655: Reason.TEMPLATE_REFUSED,
    21656: Reason.TEMPLATE_REFUSED,
    21660: Reason.SENDER_REFUSED,
    21703: Reason.SENDER_REFUSED,
    21910: Reason.SENDER_REFUSED,
    30001: Reason.THROTTLED,
    30002: Reason.CREDENTIALS_REFUSED,  # the account is suspended
    30003: Reason.UNREACHABLE,
    30004: Reason.OPTED_OUT,  # blocked by who has the number, or for them
    30005: Reason.ADDRESS_INVALID,
    30006: Reason.NOT_ON_CHANNEL,  # a landline
    30007: Reason.CONTENT_REFUSED,
    30008: Reason.UNREACHABLE,
    30034: Reason.SENDER_REFUSED,
    63001: Reason.CREDENTIALS_REFUSED,
    63003: Reason.NOT_ON_CHANNEL,
    63005: Reason.CONTENT_REFUSED,
    63007: Reason.SENDER_REFUSED,
    63008: Reason.SENDER_REFUSED,
    63013: Reason.CONTENT_REFUSED,
    63014: Reason.OPTED_OUT,
    63016: Reason.OUTSIDE_WINDOW,
    63017: Reason.THROTTLED,
    63018: Reason.QUOTA_REACHED,
    63024: Reason.NOT_ON_CHANNEL,
    63027: Reason.TEMPLATE_REFUSED,
    63028: Reason.TEMPLATE_REFUSED,
    63032: Reason.TOO_MANY_TO_CUSTOMER,
    63049: Reason.TOO_MANY_TO_CUSTOMER,
}
"""Why, by Twilio's code."""

STATES: Mapping[str, State] = {
    "accepted": State.QUEUED,
    "scheduled": State.QUEUED,
    "queued": State.QUEUED,
    "sending": State.QUEUED,
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "partially_delivered": State.DELIVERED,
    "read": State.READ,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}
"""How far a message has come, by Twilio's status."""
