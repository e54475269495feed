"""What SES says, in messaging's words.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html and, for reports,
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from collections.abc import Mapping

from loyalnest.messaging import Mark, Reason, State

REASONS: Mapping[str, Reason] = {
    "AccessDeniedException": Reason.CREDENTIALS_REFUSED,
    "AccountSuspendedException": Reason.SENDER_REFUSED,
    "ExpiredTokenException": Reason.CREDENTIALS_REFUSED,
    "IncompleteSignature": Reason.CREDENTIALS_REFUSED,
    "InvalidClientTokenId": Reason.CREDENTIALS_REFUSED,
    "InvalidSignatureException": Reason.CREDENTIALS_REFUSED,
    "LimitExceededException": Reason.QUOTA_REACHED,
    "MailFromDomainNotVerifiedException": Reason.SENDER_REFUSED,
    "MessageRejected": Reason.SENDER_REFUSED,
    "MissingAuthenticationTokenException": Reason.CREDENTIALS_REFUSED,
    "NotFoundException": Reason.SENDER_REFUSED,  # the configuration set is not there
    "SendingPausedException": Reason.SENDER_REFUSED,
    "ServiceUnavailable": Reason.UNAVAILABLE,
    "ThrottlingException": Reason.THROTTLED,
    "TooManyRequestsException": Reason.THROTTLED,
    "UnrecognizedClientException": Reason.CREDENTIALS_REFUSED,
}
"""Why, by the name of the error."""

STATES: Mapping[str, State | Mark] = {
    "Send": State.SENT,
    "Delivery": State.DELIVERED,
    "Open": State.READ,
    "Click": Mark.CLICKED,
    "Bounce": State.FAILED,
    "Complaint": State.DELIVERED,
    "Reject": State.FAILED,
    "Rendering Failure": State.FAILED,
}
"""How far a mail has come, by the kind of its report."""

INVALID_SUBTYPES = frozenset({"NoEmail"})
"""Kinds of permanent bounces that say there is no such mailbox."""
