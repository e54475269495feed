"""What people ask about their own data, and that they are answered in time.

A customer asks in their account, or a shop passes on what somebody asked there. Every request is
due 72 hours later; whoever answers it says what was done. What was written is sealed, and goes when
the person is erased; that there was a request, and when it was answered, stays.
"""

from loyalnest.privacy.errors import RequestAnswered, RequestNotFound, RequestStillOpen
from loyalnest.privacy.events import (
    PrivacyRequestAnswered,
    PrivacyRequestOpened,
    PrivacyRequestReopened,
)
from loyalnest.privacy.jobs import OVERDUE
from loyalnest.privacy.keys import SEALED
from loyalnest.privacy.queries import export_customer, get, list_requests
from loyalnest.privacy.service import answer, ask, ask_many, erase_customer, reopen
from loyalnest.privacy.subscribers import FORGETTING
from loyalnest.privacy.values import WIRE_PREFIX, Kind, PrivacyRequest, Question, Standing

__all__ = [
    "FORGETTING",
    "OVERDUE",
    "SEALED",
    "WIRE_PREFIX",
    "Kind",
    "PrivacyRequest",
    "PrivacyRequestAnswered",
    "PrivacyRequestOpened",
    "PrivacyRequestReopened",
    "Question",
    "RequestAnswered",
    "RequestNotFound",
    "RequestStillOpen",
    "Standing",
    "answer",
    "ask",
    "ask_many",
    "erase_customer",
    "export_customer",
    "get",
    "list_requests",
    "reopen",
]
