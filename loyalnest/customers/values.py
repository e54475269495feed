"""The words of this module: who a customer is, and what is told about one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

CustomerId: TypeAlias = UUID
MergeId: TypeAlias = UUID

WIRE_PREFIX = "cus"

EMAIL = "email"
PHONE = "phone"
ANYWHERE = UUID(int=0)
"""The scope of an identity that belongs to no store: an e-mail is the same in each of them."""

SEARCH_KEY = "customer_search"
"""The name that a merchant's key of the search index is derived under."""

IdentityKey: TypeAlias = tuple[UUID, str, UUID, bytes]
"""Merchant, kind (`email`, `phone` or a provider), scope (the store, or ANYWHERE), key."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What an order, a provider or a person says about a customer, as it came.

    `provider` and `external_id` name the customer in one store; both or neither are given.
    """

    merchant_id: UUID
    store_id: UUID | None = None
    provider: str | None = None
    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    phone_verified: bool = False
    name: str | None = None
    locale: str | None = None
    birthday: date | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A provider's whole record of a customer.

    `version` is the provider's time of the record: an older one that arrives late changes nothing.
    `has_account` says that the customer signed up for an account in the store.
    """

    contact: Contact
    version: datetime
    has_account: bool = False


@dataclass(frozen=True, slots=True)
class AccountRef:
    """A customer's account in one store, by the provider's id."""

    merchant_id: UUID
    store_id: UUID
    provider: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A member of a merchant's program, with the personal data opened."""

    merchant_id: UUID
    id: CustomerId
    email: str | None
    phone: str | None
    name: str | None
    birthday: date | None
    locale: str | None
    enrolled_at: datetime | None
    merged_into: CustomerId | None
    erased_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """A contact after reading: what is worth keeping of it, and the identities it lays claim to.

    `identities` is ordered by who decides: the provider's id, the e-mail, the phone. Each comes
    with every key it may be found under, one for each index key that is valid.
    """

    contact: Contact
    email: str | None
    phone: str | None
    name: str | None
    locale: str | None
    identities: tuple[tuple[IdentityKey, ...], ...]


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whose a contact is."""

    customer_id: CustomerId
    came_as: CustomerId
    """Whose identity it came through: another's where a merge brought it, who may get it back."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Who every claim of a batch belongs to, and what has to be written so that it stays so."""

    people: list[Recognised | None]
    created: list[tuple[CustomerId, Claim]]
    attached: list[tuple[CustomerId, Claim, tuple[IdentityKey, ...]]]
    clashes: set[tuple[UUID, CustomerId, CustomerId]]
