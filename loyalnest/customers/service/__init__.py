"""The use cases, and the only writer of the customers' tables."""

from loyalnest.customers.service.amend import amend, take_in
from loyalnest.customers.service.enrol import enrol, enrol_many
from loyalnest.customers.service.erase import Forgetting, erase_customer
from loyalnest.customers.service.identify import identify_many, recognise_many
from loyalnest.customers.service.merge import (
    dismiss_candidate,
    merge_identities,
    unmerge_identities,
)
from loyalnest.customers.service.update import forget_accounts, update_many

__all__ = [
    "Forgetting",
    "amend",
    "dismiss_candidate",
    "enrol",
    "enrol_many",
    "erase_customer",
    "forget_accounts",
    "identify_many",
    "merge_identities",
    "recognise_many",
    "take_in",
    "unmerge_identities",
    "update_many",
]
