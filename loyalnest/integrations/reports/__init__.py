"""What vendors tell of messages, and people answer to them: verified, put on disk, applied.

Every sender has an address of its own, `/webhooks/{provider}/{sender}`, whose deliveries are
verified with that sender's secrets on the bytes that came, before anything else is looked at. The
inbox keeps them and a worker applies them: statuses to messaging, stop words and what bounced to
consents.
"""

from loyalnest.integrations.reports.applying import provided
from loyalnest.integrations.reports.checks import (
    fields_of,
    instant_of,
    is_same,
    json_of,
    message_named,
    signed_url,
)
from loyalnest.integrations.reports.door import PATH, FindAccount, route
from loyalnest.integrations.reports.errors import (
    ReportNotUnderstood,
    ReportTooLarge,
    ReportUnsigned,
    SenderUnknown,
)
from loyalnest.integrations.reports.values import (
    Greeting,
    Letter,
    Received,
    Reports,
    Taken,
    Told,
    address_of,
)

__all__ = [
    "PATH",
    "FindAccount",
    "Greeting",
    "Letter",
    "Received",
    "ReportNotUnderstood",
    "ReportTooLarge",
    "ReportUnsigned",
    "Reports",
    "SenderUnknown",
    "Taken",
    "Told",
    "address_of",
    "fields_of",
    "instant_of",
    "is_same",
    "json_of",
    "message_named",
    "provided",
    "route",
    "signed_url",
]
