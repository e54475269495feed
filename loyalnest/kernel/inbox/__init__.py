"""What others send us, kept until it is done.

A provider's delivery is verified at the door, put on disk with its id, and acknowledged. Workers
take deliveries out in batches and let the provider's integration apply them, in the transaction
that removes them from the queue. One that keeps failing is set aside as a dead letter, where
people see it and can retry it; its neighbours never wait for it.
"""

from loyalnest.kernel.inbox.errors import (
    BacklogFull,
    DeliveryNotFound,
    IntakeClosed,
    NothingToRetry,
    UnknownProvider,
    Unstorable,
)
from loyalnest.kernel.inbox.intake import Intake
from loyalnest.kernel.inbox.keys import SEALED
from loyalnest.kernel.inbox.queries import (
    SeenDelivery,
    count_dead,
    depth,
    get_delivery,
    list_deliveries,
)
from loyalnest.kernel.inbox.service import forget_applied, retry
from loyalnest.kernel.inbox.values import (
    Delivery,
    DeliveryState,
    NewDelivery,
    Prepared,
    Provider,
    Standing,
)
from loyalnest.kernel.inbox.worker import Worker, drain

__all__ = [
    "SEALED",
    "BacklogFull",
    "Delivery",
    "DeliveryNotFound",
    "DeliveryState",
    "Intake",
    "IntakeClosed",
    "NewDelivery",
    "NothingToRetry",
    "Prepared",
    "Provider",
    "SeenDelivery",
    "Standing",
    "UnknownProvider",
    "Unstorable",
    "Worker",
    "count_dead",
    "depth",
    "drain",
    "forget_applied",
    "get_delivery",
    "list_deliveries",
    "retry",
]
