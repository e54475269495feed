"""What this module announces: who changed whose access, from what to what."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class StaffChanged(Event, frozen=True, kw_only=True):
    """What every fact about a member of staff says."""

    staff_id: UUID
    actor: str
    """Who did it, as records name them: `staff:stf_…`, `api_key:key_…`, or the operator."""


class StaffInvited(StaffChanged, frozen=True, kw_only=True):
    """Somebody was invited to the staff, for the first time or back."""

    type: ClassVar[str] = "staff.invited"

    role: str


class StaffJoined(StaffChanged, frozen=True, kw_only=True):
    """Somebody has joined the staff and can sign in."""

    type: ClassVar[str] = "staff.joined"

    role: str


class StaffRoleChanged(StaffChanged, frozen=True, kw_only=True):
    """Somebody has another role."""

    type: ClassVar[str] = "staff.role_changed"

    before: str
    after: str


class StaffSuspended(StaffChanged, frozen=True, kw_only=True):
    """Somebody can't sign in for the time being; their sessions have ended."""

    type: ClassVar[str] = "staff.suspended"


class StaffRestored(StaffChanged, frozen=True, kw_only=True):
    """Somebody who was suspended can sign in again."""

    type: ClassVar[str] = "staff.restored"


class StaffStoreLinked(StaffChanged, frozen=True, kw_only=True):
    """A user of a store's own admin comes in as this member from now on."""

    type: ClassVar[str] = "staff.store_linked"

    store_id: UUID


class StaffRemoved(StaffChanged, frozen=True, kw_only=True):
    """Somebody no longer belongs to the staff."""

    type: ClassVar[str] = "staff.removed"

    role: str


class StaffLinkMade(StaffChanged, frozen=True, kw_only=True):
    """Somebody was given a link to set a password by; older ones no longer work."""

    type: ClassVar[str] = "staff.link_made"


class StaffPasswordChanged(StaffChanged, frozen=True, kw_only=True):
    """Somebody has a new password; their sessions have ended."""

    type: ClassVar[str] = "staff.password_changed"


class StaffSignedOut(StaffChanged, frozen=True, kw_only=True):
    """Sessions of somebody were ended on purpose: all of them, or one on another device."""

    type: ClassVar[str] = "staff.signed_out"

    everywhere: bool


class StaffErased(StaffChanged, frozen=True, kw_only=True):
    """What was known of somebody who had left is gone; what they did stays on record."""

    type: ClassVar[str] = "staff.erased"


class StaffNetworksChanged(Event, frozen=True, kw_only=True):
    """Staff may sign in from other networks than before."""

    type: ClassVar[str] = "staff.networks_changed"

    added: list[str]
    removed: list[str]
    """Told as an author's network is: at most 256 addresses (IPv4) or a /48 (IPv6), never one."""
    networks: int
    """How many there are now; 0 is anywhere."""


class ApiKeyCreated(Event, frozen=True, kw_only=True):
    """A program was given a key."""

    type: ClassVar[str] = "api_key.created"

    key_id: UUID
    actor: str
    scopes: list[str]


class ApiKeyRevoked(Event, frozen=True, kw_only=True):
    """A key opens nothing any more."""

    type: ClassVar[str] = "api_key.revoked"

    key_id: UUID
    actor: str
