"""What Mailchimp Transactional says, in messaging's words.

https://mailchimp.com/developer/transactional/docs/error-glossary/ and
https://mailchimp.com/developer/transactional/docs/reputation-rejections/
"""

from collections.abc import Mapping

from loyalnest.messaging import Mark, Reason, State

ERRORS: Mapping[str, Reason] = {
    "Invalid_Key": Reason.CREDENTIALS_REFUSED,
    "PaymentRequired": Reason.QUOTA_REACHED,
    "Unknown_Subaccount": Reason.SENDER_REFUSED,
    "ValidationError": Reason.CONTENT_REFUSED,
    "ServiceUnavailable": Reason.UNAVAILABLE,
}
"""Why a request was refused, by the name of the error."""

REJECTS: Mapping[str, Reason] = {
    "hard-bounce": Reason.ADDRESS_BOUNCED,
    "soft-bounce": Reason.UNREACHABLE,
    "spam": Reason.COMPLAINED,
    "unsub": Reason.OPTED_OUT,
    "custom": Reason.OPTED_OUT,
    "invalid-sender": Reason.SENDER_REFUSED,
    "invalid": Reason.ADDRESS_INVALID,
    "test-mode-limit": Reason.QUOTA_REACHED,
    "unsigned": Reason.SENDER_REFUSED,
    "rule": Reason.CONTENT_REFUSED,
}
"""Why one recipient was refused."""

STATES: Mapping[str, State | Mark] = {
    "send": State.SENT,
    "delivered": State.DELIVERED,
    "open": State.READ,
    "click": Mark.CLICKED,
    "hard_bounce": State.FAILED,
    "soft_bounce": State.FAILED,
    "reject": State.FAILED,
    "spam": State.DELIVERED,
    "unsub": State.DELIVERED,
}
"""How far a mail has come, by the event of its webhook."""
