"""The use cases of experiments and usage."""

from loyalnest.experiments.service.counting import count_many
from loyalnest.experiments.service.drafting import IsMet, change, discard, draft, end, start
from loyalnest.experiments.service.forgetting import (
    erase_customer,
    export_customer,
    forget,
    forget_customers,
)
from loyalnest.experiments.service.gathering import Report, reports

__all__ = [
    "IsMet",
    "Report",
    "change",
    "count_many",
    "discard",
    "draft",
    "end",
    "erase_customer",
    "export_customer",
    "forget",
    "forget_customers",
    "reports",
    "start",
]
