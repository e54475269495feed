"""Klaviyo's errors in messaging's words.

https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling
"""

from collections.abc import Mapping

from loyalnest.messaging import Reason, State

REASONS: Mapping[str, Reason] = {
    "authentication_failed": Reason.CREDENTIALS_REFUSED,
    "not_authenticated": Reason.CREDENTIALS_REFUSED,
    "permission_denied": Reason.CREDENTIALS_REFUSED,
    "throttled": Reason.THROTTLED,
    "invalid": Reason.CONTENT_REFUSED,
    "service_unavailable": Reason.UNAVAILABLE,
}
"""Why, by the code of the first error."""

ADDRESS_FIELDS = ("email", "phone_number")

STATES: Mapping[str, State] = {
    "received_email": State.DELIVERED,
    "opened_email": State.READ,
    "bounced_email": State.FAILED,
    "dropped_email": State.FAILED,
    "marked_email_as_spam": State.DELIVERED,
    "sent_sms": State.SENT,
    "received_sms": State.DELIVERED,
    "failed_to_deliver_sms": State.FAILED,
}
"""How far a message has come, by Klaviyo's own metric of it."""
