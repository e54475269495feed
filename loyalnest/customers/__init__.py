"""People who belong to a merchant's program, and how they are recognised.

A customer is known by identities: an e-mail, a verified phone, or a provider's id in one store.
This module owns customers, their identities, what they are searched by, and merges. Everything
personal is sealed; whoever needs it asks here.
"""

from loyalnest.customers.errors import CustomerNotFound, IdentityTaken, NothingToIdentify
from loyalnest.customers.events import (
    CustomerCreated,
    CustomerEnrolled,
    CustomerErased,
    CustomerMerged,
    CustomerUnmerged,
    CustomerUpdated,
)
from loyalnest.customers.queries import current_many, find_many, get
from loyalnest.customers.rules import clean_text, normalise_email, normalise_phone
from loyalnest.customers.service import identify_many
from loyalnest.customers.values import WIRE_PREFIX, Contact, Customer, CustomerId, MergeId

__all__ = [
    "WIRE_PREFIX",
    "Contact",
    "Customer",
    "CustomerCreated",
    "CustomerEnrolled",
    "CustomerErased",
    "CustomerId",
    "CustomerMerged",
    "CustomerNotFound",
    "CustomerUnmerged",
    "CustomerUpdated",
    "IdentityTaken",
    "MergeId",
    "NothingToIdentify",
    "clean_text",
    "current_many",
    "find_many",
    "get",
    "identify_many",
    "normalise_email",
    "normalise_phone",
]
