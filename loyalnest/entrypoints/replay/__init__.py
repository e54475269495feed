"""Sends a shop's order log to an installation, as the signed webhooks that Shopify would send.

`open_log` looks a log through and gives its records one by one, `facts_of` says what a shop would
tell of them, `disturb` repeats and reorders some of that, `webhook_of` makes a delivery of each,
`send` delivers them over HTTP and remembers how far it came, and `expected_points` says by its own
arithmetic what the ledger must hold in the end. All of it flows: a log of any length takes little
memory.
"""

from loyalnest.entrypoints.replay.bookmark import Bookmark, find_bookmark
from loyalnest.entrypoints.replay.disturb import disturb
from loyalnest.entrypoints.replay.log import (
    LogInvalid,
    Order,
    OrderLine,
    OrderLog,
    Record,
    Refund,
    end_of_log,
    open_log,
)
from loyalnest.entrypoints.replay.model import expected_points
from loyalnest.entrypoints.replay.sender import ReplayFailed, Sending, Sent, send
from loyalnest.entrypoints.replay.webhooks import (
    Fact,
    Shop,
    Webhook,
    deliveries_of,
    email_of,
    facts_of,
    webhook_of,
)

__all__ = [
    "Bookmark",
    "Fact",
    "LogInvalid",
    "Order",
    "OrderLine",
    "OrderLog",
    "Record",
    "Refund",
    "ReplayFailed",
    "Sending",
    "Sent",
    "Shop",
    "Webhook",
    "deliveries_of",
    "disturb",
    "email_of",
    "end_of_log",
    "expected_points",
    "facts_of",
    "find_bookmark",
    "open_log",
    "send",
    "webhook_of",
]
