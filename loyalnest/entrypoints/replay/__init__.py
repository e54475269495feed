"""Sends a shop's order log to an installation, as the signed webhooks that Shopify would send.

`read_log` reads the records, `deliveries_of` makes a webhook of each fact, `disturb` repeats and
reorders some of them, `send` delivers them over HTTP and remembers how far it came, and
`expected_points` says by its own arithmetic what the ledger must hold in the end.
"""

from loyalnest.entrypoints.replay.bookmark import Bookmark, open_bookmark
from loyalnest.entrypoints.replay.disturb import disturb
from loyalnest.entrypoints.replay.log import (
    LogInvalid,
    Order,
    OrderLine,
    Record,
    Refund,
    end_of_log,
    last_instant,
    moved_to,
    read_log,
)
from loyalnest.entrypoints.replay.model import expected_points
from loyalnest.entrypoints.replay.sender import ReplayFailed, Sending, Sent, send
from loyalnest.entrypoints.replay.webhooks import Shop, Webhook, deliveries_of, email_of

__all__ = [
    "Bookmark",
    "LogInvalid",
    "Order",
    "OrderLine",
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
    "last_instant",
    "moved_to",
    "open_bookmark",
    "read_log",
    "send",
]
