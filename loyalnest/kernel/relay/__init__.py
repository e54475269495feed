"""From what was announced to who wants to know.

`kernel.events.publish` leaves events in the outbox, in the transaction that made them true. The
sequencer gives each its position in the log, in the order of commits; subscribers read from there
in batches, each with its own cursor, and an event has its effect on each of them once.
"""

from loyalnest.kernel.relay.activity import Wanted, list_activity
from loyalnest.kernel.relay.delivery import Delivery, retry_failure, settle
from loyalnest.kernel.relay.errors import EventNotFound, FailureNotFound, UnknownSubscriber
from loyalnest.kernel.relay.queries import (
    count_failures,
    events_after,
    events_between,
    get_event,
    head_of,
    lags,
    list_failures,
    unsequenced,
)
from loyalnest.kernel.relay.schemas import event_out
from loyalnest.kernel.relay.sequencer import Head, run_sequencer, sequence
from loyalnest.kernel.relay.values import EventFailure, Lag, LoggedEvent, Subscriber

__all__ = [
    "Delivery",
    "EventFailure",
    "EventNotFound",
    "FailureNotFound",
    "Head",
    "Lag",
    "LoggedEvent",
    "Subscriber",
    "UnknownSubscriber",
    "Wanted",
    "count_failures",
    "event_out",
    "events_after",
    "events_between",
    "get_event",
    "head_of",
    "lags",
    "list_activity",
    "list_failures",
    "retry_failure",
    "run_sequencer",
    "sequence",
    "settle",
    "unsequenced",
]
