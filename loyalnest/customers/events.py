"""Facts about customers. Ids only: what personal data there is stays in the customer's row."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class CustomerCreated(Event, frozen=True, kw_only=True):
    """A customer was seen for the first time."""

    type: ClassVar[str] = "customer.created"


class CustomerUpdated(Event, frozen=True, kw_only=True):
    """Contact data or identities changed."""

    type: ClassVar[str] = "customer.updated"


class CustomerEnrolled(Event, frozen=True, kw_only=True):
    """A customer signed up for the program: once in a customer's life."""

    type: ClassVar[str] = "customer.enrolled"


class CustomerMerged(Event, frozen=True, kw_only=True):
    """Another customer turned out to be this one; its identities are now theirs."""

    type: ClassVar[str] = "customer.merged"

    merge_id: UUID
    merged_id: UUID


class CustomerUnmerged(Event, frozen=True, kw_only=True):
    """A merge was undone; the other customer has its identities back."""

    type: ClassVar[str] = "customer.unmerged"

    merge_id: UUID
    merged_id: UUID


class CustomerToldApart(Event, frozen=True, kw_only=True):
    """Somebody settled that two customers who look like one are two people."""

    type: ClassVar[str] = "customer.told_apart"

    other_id: UUID


class CustomerErased(Event, frozen=True, kw_only=True):
    """Everything personal about a customer was removed; the books keep the id."""

    type: ClassVar[str] = "customer.erased"
