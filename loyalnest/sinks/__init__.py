"""What happens in a program, poured into the tools where a merchant looks after customers.

A sink is a merchant's account with such a tool, and a position in the log of events: what lies
behind it has been poured. Batches go out in the order of the log, each again until it was taken;
an event bears its id, by which the tool knows it. Only of people who agreed to be written to by
e-mail is anything told. Vendors implement the port in `ports.py`.
"""

from loyalnest.sinks.errors import SinkIncomplete, SinkNotFound, SinkUnknown
from loyalnest.sinks.events import SinkBroke, SinkRemoved, SinkSaved
from loyalnest.sinks.keys import SEALED
from loyalnest.sinks.ports import Outflow, SinkOffer
from loyalnest.sinks.pouring import pour_due, pour_one, run
from loyalnest.sinks.queries import get_sink, list_sinks
from loyalnest.sinks.service import connect, remove
from loyalnest.sinks.values import POURED, Drop, Person, Sink, SinkAccount, SinkId, SinkState

__all__ = [
    "POURED",
    "SEALED",
    "Drop",
    "Outflow",
    "Person",
    "Sink",
    "SinkAccount",
    "SinkBroke",
    "SinkId",
    "SinkIncomplete",
    "SinkNotFound",
    "SinkOffer",
    "SinkRemoved",
    "SinkSaved",
    "SinkState",
    "SinkUnknown",
    "connect",
    "get_sink",
    "list_sinks",
    "pour_due",
    "pour_one",
    "remove",
    "run",
]
