"""The right word to the right person, once: what is asked for is handed to whoever carries it.

This module owns senders and messages: what makes one due, when it goes, at what pace, what the
provider said, and what is not known. Who may be told something is for `consents` to say, in what
words for `templates`; vendors implement the port in `ports.py`.
"""

from loyalnest.messaging.ports import Carrier, Field, Offer
from loyalnest.messaging.values import (
    SENDER_PREFIX,
    WIRE_PREFIX,
    Accepted,
    Account,
    Approved,
    Ask,
    Channel,
    Content,
    Doubtful,
    Fault,
    Found,
    Letter,
    Mail,
    Mark,
    MessageId,
    Outcome,
    Provider,
    Purpose,
    Reason,
    Refused,
    SenderId,
    Source,
    State,
    Status,
    Unseen,
    Words,
)

__all__ = [
    "SENDER_PREFIX",
    "WIRE_PREFIX",
    "Accepted",
    "Account",
    "Approved",
    "Ask",
    "Carrier",
    "Channel",
    "Content",
    "Doubtful",
    "Fault",
    "Field",
    "Found",
    "Letter",
    "Mail",
    "Mark",
    "MessageId",
    "Offer",
    "Outcome",
    "Provider",
    "Purpose",
    "Reason",
    "Refused",
    "SenderId",
    "Source",
    "State",
    "Status",
    "Unseen",
    "Words",
]
