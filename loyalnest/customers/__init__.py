"""People who belong to a merchant's program, and how they are recognised.

A customer is known by identities: an e-mail, a verified phone, or a provider's id in one store.
This module owns customers, their identities, what they are searched by, and merges. Everything
personal is sealed; whoever needs it asks here.
"""

from loyalnest.customers.accounts import find_accounts, find_identified, known_among
from loyalnest.customers.errors import (
    CustomerGone,
    CustomerNotFound,
    MergeCovered,
    MergeImpossible,
    MergeNotFound,
    NothingToIdentify,
)
from loyalnest.customers.events import (
    CustomerCreated,
    CustomerEnrolled,
    CustomerErased,
    CustomerMerged,
    CustomerUnmerged,
    CustomerUpdated,
)
from loyalnest.customers.keys import INDEXES, SEALED
from loyalnest.customers.me import Language, Looking, Me, Redeeming
from loyalnest.customers.queries import (
    brought_by,
    count,
    current_many,
    export_customer,
    find_by_email,
    find_by_external_id,
    find_by_phone,
    find_each,
    find_many,
    get,
    get_living,
    kept_by,
    list_customers,
    list_merge_candidates,
    living_many,
    search,
)
from loyalnest.customers.rules.birthdays import is_birthday
from loyalnest.customers.rules.identity import clean_text, normalise_email, normalise_phone
from loyalnest.customers.schemas import Group
from loyalnest.customers.service import (
    enrol,
    enrol_many,
    erase_customer,
    forget_accounts,
    identify_many,
    merge_identities,
    recognise_many,
    unmerge_identities,
    update_many,
)
from loyalnest.customers.subscribers import INDEX_CUSTOMERS
from loyalnest.customers.values import (
    ANYWHERE,
    EMAIL,
    PHONE,
    WIRE_PREFIX,
    AccountRef,
    Contact,
    Customer,
    CustomerId,
    MergeId,
    Profile,
    Recognised,
)

__all__ = [
    "ANYWHERE",
    "EMAIL",
    "INDEXES",
    "INDEX_CUSTOMERS",
    "PHONE",
    "SEALED",
    "WIRE_PREFIX",
    "AccountRef",
    "Contact",
    "Customer",
    "CustomerCreated",
    "CustomerEnrolled",
    "CustomerErased",
    "CustomerGone",
    "CustomerId",
    "CustomerMerged",
    "CustomerNotFound",
    "CustomerUnmerged",
    "CustomerUpdated",
    "Group",
    "Language",
    "Looking",
    "Me",
    "MergeCovered",
    "MergeId",
    "MergeImpossible",
    "MergeNotFound",
    "NothingToIdentify",
    "Profile",
    "Recognised",
    "Redeeming",
    "brought_by",
    "clean_text",
    "count",
    "current_many",
    "enrol",
    "enrol_many",
    "erase_customer",
    "export_customer",
    "find_accounts",
    "find_by_email",
    "find_by_external_id",
    "find_by_phone",
    "find_each",
    "find_identified",
    "find_many",
    "forget_accounts",
    "get",
    "get_living",
    "identify_many",
    "is_birthday",
    "kept_by",
    "known_among",
    "list_customers",
    "list_merge_candidates",
    "living_many",
    "merge_identities",
    "normalise_email",
    "normalise_phone",
    "recognise_many",
    "search",
    "unmerge_identities",
    "update_many",
]
