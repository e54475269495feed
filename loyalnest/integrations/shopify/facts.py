"""What a Shopify delivery can say."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from loyalnest.customers import Contact
from loyalnest.orders import Facts


@dataclass(frozen=True, slots=True)
class Nothing:
    """It says nothing that counts: a test order, a merge that failed."""


@dataclass(frozen=True, slots=True)
class CustomerSeen:
    """A customer's data, and whether they opened an account at the shop (signed up)."""

    contact: Contact
    has_account: bool
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class CustomersMerged:
    """The shop made two of its customers one."""

    merchant_id: UUID
    store_id: UUID
    kept: str
    merged: str


@dataclass(frozen=True, slots=True)
class CustomerDeleted:
    """The shop deleted a customer, which it does only for one without orders."""

    merchant_id: UUID
    store_id: UUID
    external_id: str


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """The shop has removed the app."""

    merchant_id: UUID
    store_id: UUID


Fact: TypeAlias = Facts | CustomerSeen | CustomersMerged | CustomerDeleted | Uninstalled | Nothing
