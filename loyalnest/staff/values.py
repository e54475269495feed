"""The words of this module: members of staff, their roles, scopes, keys and sessions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from loyalnest.kernel.networks import Network


class Role(StrEnum):
    """What somebody is to a merchant's program."""

    OWNER = "owner"
    MANAGER = "manager"
    STAFF = "staff"
    ANALYST = "analyst"


class Scope(StrEnum):
    """One thing that a caller may do."""

    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    POINTS_READ = "points:read"
    POINTS_WRITE = "points:write"
    ORDERS_READ = "orders:read"
    PROGRAM_READ = "program:read"
    PROGRAM_WRITE = "program:write"
    EVENTS_READ = "events:read"
    INBOX_READ = "inbox:read"
    INBOX_WRITE = "inbox:write"
    STAFF_READ = "staff:read"
    STAFF_WRITE = "staff:write"
    KEYS_WRITE = "keys:write"
    ACCESS_WRITE = "access:write"


class State(StrEnum):
    """Whether somebody can work for a merchant."""

    INVITED = "invited"
    """Not here yet: they have no password."""
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REMOVED = "removed"


class OwnScope(StrEnum):
    """What a customer may do about their own account. No key and no role has one of these."""

    READ = "self:read"
    REDEEM = "self:redeem"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who runs a merchant's program."""

    id: UUID
    merchant_id: UUID
    email: str
    """Empty once they were erased."""
    name: str | None
    role: Role
    state: State
    created_at: datetime
    link_expires_at: datetime | None = None
    """Until when the link they were given can be used, where one is open."""
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A way in that works once, for whoever it was given to. Nobody can show it again."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """Whom a link that can still be used was given to."""

    merchant_id: UUID
    staff_id: UUID
    merchant_name: str
    email: str
    name: str | None
    role: Role
    joining: bool
    """They are invited; otherwise they are here already and need a new password."""


@dataclass(frozen=True, slots=True)
class Device:
    """One sign-in of somebody, from then until it ends."""

    session_id: UUID
    name: str | None
    """What it runs on, as far as it said."""
    since: datetime
    last_seen_at: datetime
    """To the lifetime of an access token."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A program's way in. Its secret is shown once and kept as a hash only."""

    id: UUID
    merchant_id: UUID
    name: str
    hint: str
    """How the secret ends, to tell one key from another."""
    scopes: frozenset[Scope]
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """What is needed to check somebody's password."""

    merchant_id: UUID
    staff_id: UUID
    password_hash: str


@dataclass(frozen=True, slots=True)
class Access:
    """What somebody may do, and where they have to be to do it."""

    role: Role
    networks: tuple[Network, ...]
    """The merchant's allow list; none of them: anywhere."""


@dataclass(frozen=True, slots=True)
class Place:
    """A network that staff may sign in from."""

    network: Network
    label: str
    """What people here call it; may be empty."""


@dataclass(frozen=True, slots=True)
class AllowList:
    """Where a merchant's staff may sign in from: these places, or anywhere while there is none."""

    version: int
    """Counts the changes; 0 before the first."""
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a signed-in person's browser keeps: one token to ask with, one to ask for the next."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says, once its signature and its time have been checked."""

    merchant_id: UUID
    staff_id: UUID
    family_id: UUID


class Vouching(StrEnum):
    """Who can say that somebody is a customer; in a token, the name of the claim."""

    KEY = "key"
    STAFF = "stf"
    STORE = "sto"


@dataclass(frozen=True, slots=True)
class Voucher:
    """Who has said so. A customer's session can do no more than they, and ends with them."""

    kind: Vouching
    id: UUID


@dataclass(frozen=True, slots=True)
class CustomerClaims:
    """What a customer's token says, once its signature and its time have been checked."""

    merchant_id: UUID
    customer_id: UUID
    voucher: Voucher


@dataclass(frozen=True, slots=True)
class CustomerPass:
    """What lets one customer in, once: a secret that is shown when it is made and never again."""

    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerSession:
    """What a customer's browser asks with, for a while."""

    token: str
    expires_at: datetime
    scopes: frozenset[OwnScope]
