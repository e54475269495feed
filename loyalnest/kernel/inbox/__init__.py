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
    "Standing",
    "UnknownProvider",
    "Unstorable",
    "Worker",
    "drain",
]
