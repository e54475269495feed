"""Named reads: who is on the staff, which keys there are, and whom a credential belongs to."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import Bulk, act_for, merchant_of, ring_of
from loyalnest.kernel.networks import Network
from loyalnest.staff import rules
from loyalnest.staff.errors import MemberNotFound
from loyalnest.staff.models import AllowListRow, ApiKeyRow, MemberRow
from loyalnest.staff.values import (
    Access,
    Account,
    AllowList,
    ApiKey,
    Device,
    Member,
    OpenedLink,
    Place,
    Role,
    Scope,
    State,
)

STAFF, API_KEY = "staff", "api_key"  # kinds of the directory
NETWORK_LABELS = "staff.network_labels"

_LISTED = text(
    "SELECT d.merchant_id, d.subject_id FROM directory d WHERE d.kind = :kind"
    " AND d.hash = ANY(:hashes)"
)
# Asked at every request with a key, by the driver itself.
_KEY_LISTED = "SELECT merchant_id, subject_id FROM directory WHERE kind = $1 AND hash = $2"
_SCOPES = "SELECT scopes_of_key($1, $2, $3)"
_PASSWORD = text(
    "SELECT password_hash FROM staff_members"
    " WHERE merchant_id = :merchant_id AND id = :id"
    " AND disabled_at IS NULL AND removed_at IS NULL"
)
# Where somebody may be is read with who they are: no request asks for it alone.
_SESSION_ACCESS = text(
    "SELECT m.role, a.networks FROM staff_members m"
    " LEFT JOIN allow_lists a ON a.merchant_id = m.merchant_id"
    " WHERE m.merchant_id = :merchant_id AND m.id = :staff_id"
    " AND m.disabled_at IS NULL AND m.removed_at IS NULL"
    " AND EXISTS (SELECT FROM refresh_tokens t WHERE t.merchant_id = m.merchant_id"
    " AND t.family_id = :family_id AND t.staff_id = m.id AND t.revoked_at IS NULL"
    " AND t.expires_at > :now)"
)
_STORE_USER = text(
    "SELECT m.id, m.role, a.networks FROM store_users u JOIN staff_members m"
    " ON m.merchant_id = u.merchant_id AND m.id = u.staff_id"
    " LEFT JOIN allow_lists a ON a.merchant_id = u.merchant_id"
    " WHERE u.merchant_id = :merchant_id AND u.store_id = :store_id"
    " AND u.external_id = :external_id AND m.disabled_at IS NULL AND m.removed_at IS NULL"
)
_LAST_SEEN = text(
    "SELECT staff_id, max(issued_at) AS at FROM refresh_tokens"
    " WHERE merchant_id = :merchant_id AND staff_id = ANY(:staff_ids) GROUP BY staff_id"
)
_DEVICES = text(
    "SELECT family_id, max(device) AS name, min(issued_at) AS since, max(issued_at) AS seen_at"
    " FROM refresh_tokens WHERE merchant_id = :merchant_id AND staff_id = :staff_id"
    " GROUP BY family_id HAVING bool_and(revoked_at IS NULL) AND max(expires_at) > :now"
    " ORDER BY seen_at DESC, family_id LIMIT :limit"
)


class KeyName(NamedTuple):
    """Which key, and whose."""

    merchant_id: UUID
    id: UUID


async def get_member(session: AsyncSession, staff_id: UUID) -> Member:
    """A member of staff. Raises MemberNotFound."""
    row = await session.get(MemberRow, (merchant_of(session), staff_id))
    if row is None:
        raise MemberNotFound
    return member_of(row, ring_of(session))


async def list_members(
    session: AsyncSession, *, former: bool = False, after: UUID | None = None, limit: int = 200
) -> list[Member]:
    """The merchant's staff, longest-serving first; or those who were removed from it."""
    query = select(MemberRow).where(
        MemberRow.merchant_id == merchant_of(session), MemberRow.removed_at.is_not(None) == former
    )
    if after is not None:
        query = query.where(MemberRow.id > after)
    rows = await session.scalars(query.order_by(MemberRow.id).limit(limit))
    return [member_of(row, ring_of(session)) for row in rows]


async def last_seen(session: AsyncSession, staff_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When these people were last here, to the lifetime of an access token."""
    wanted = {"merchant_id": merchant_of(session), "staff_ids": list(staff_ids)}
    return {row.staff_id: row.at for row in await session.execute(_LAST_SEEN, wanted)}


async def list_devices(
    session: AsyncSession, staff_id: UUID, *, now: datetime, limit: int = 100
) -> list[Device]:
    """Where somebody is signed in, the latest used first."""
    wanted = {"merchant_id": merchant_of(session), "staff_id": staff_id, "now": now, "limit": limit}
    found = await session.execute(_DEVICES, wanted)
    return [Device(row.family_id, row.name, row.since, row.seen_at) for row in found]


async def read_link(
    session: AsyncSession, *, staff_id: UUID, secret: str, now: datetime
) -> OpenedLink:
    """Whom this link is for. Raises LinkUsed, LinkExpired."""
    row = await session.get(MemberRow, (merchant_of(session), staff_id))
    rules.check_link(row and row.link_hash, row and row.link_expires_at, secret, now)
    member = await get_member(session, staff_id)
    merchant = await merchants.get(session, member.merchant_id)
    return OpenedLink(
        member.merchant_id,
        member.id,
        merchant.name,
        member.email,
        member.name,
        member.role,
        joining=member.state is State.INVITED,
    )


async def find_member(session: AsyncSession, email: str) -> Member | None:
    """A member by e-mail address. Raises EmailInvalid."""
    merchant_id, ring = merchant_of(session), ring_of(session)
    hashes = ring.blind_all(merchant_id, "staff.email", rules.normalised_email(email))
    row = await session.scalar(
        select(MemberRow).where(
            MemberRow.merchant_id == merchant_id, MemberRow.email_hash.in_(hashes)
        )
    )
    return member_of(row, ring) if row else None


async def list_api_keys(
    session: AsyncSession, *, after: UUID | None = None, limit: int = 200
) -> list[ApiKey]:
    """The merchant's keys, oldest first, also those that were revoked."""
    query = select(ApiKeyRow).where(ApiKeyRow.merchant_id == merchant_of(session))
    if after is not None:
        query = query.where(ApiKeyRow.id > after)
    rows = await session.scalars(query.order_by(ApiKeyRow.id).limit(limit))
    return [key_of(row) for row in rows]


async def find_account(
    session: AsyncSession, *, email: str, merchant: str | None
) -> Account | None:
    """Whose password to check, when somebody signs in with this address.

    For a session that was opened for nobody; it sees their merchant from here on. `merchant` is a
    handle, needed only by people who work for several. Whether there is such an account shows
    neither in the statements made nor, since the caller checks a password anyway, in the time.
    """
    hashes = ring_of(session).blind_all(None, STAFF, email)
    listed = (await session.execute(_LISTED, {"kind": STAFF, "hashes": hashes})).all()
    found = {row.merchant_id: row.subject_id for row in listed}
    await act_for(session, list(found))
    if merchant is not None:
        named = await merchants.find_by_handle(session, merchant)
        found = {key: staff_id for key, staff_id in found.items() if named and key == named.id}
    merchant_id, staff_id = next(iter(found.items())) if len(found) == 1 else (uuid4(), uuid4())
    wanted = {"merchant_id": merchant_id, "id": staff_id}
    password_hash = await session.scalar(_PASSWORD, wanted)
    return Account(merchant_id, staff_id, password_hash) if password_hash else None


async def find_key_name(driver: Bulk, hashed: bytes) -> KeyName | None:
    """Which key has a secret with this hash, also one that was revoked."""
    row = await driver.fetchrow(_KEY_LISTED, API_KEY, hashed)
    return KeyName(*row) if row else None


async def find_scopes(driver: Bulk, name: KeyName, *, role: str) -> frozenset[Scope] | None:
    """What whoever has this key may do, unless it was revoked. For a statement of its own.

    It acts for the key's merchant in the application's `role`, as a transaction would.
    """
    scopes = await driver.fetchval(_SCOPES, role, name.merchant_id, name.id)
    return None if scopes is None else frozenset(map(Scope, scopes))


async def find_open_key(session: AsyncSession, key_id: UUID) -> ApiKey | None:
    """The merchant's key with this id, unless it was revoked."""
    row = await session.get(ApiKeyRow, (merchant_of(session), key_id))
    return key_of(row) if row and row.revoked_at is None else None


async def find_role(session: AsyncSession, staff_id: UUID) -> Role | None:
    """What somebody is, as long as they may work here."""
    row = await session.get(MemberRow, (merchant_of(session), staff_id))
    return Role(row.role) if row and state_of(row) is State.ACTIVE else None


async def find_session_access(
    session: AsyncSession, *, staff_id: UUID, family_id: UUID, now: datetime
) -> Access | None:
    """What somebody may do and where, as long as they work here and have not signed out."""
    wanted = {
        "merchant_id": merchant_of(session),
        "staff_id": staff_id,
        "family_id": family_id,
        "now": now,
    }
    row = (await session.execute(_SESSION_ACCESS, wanted)).one_or_none()
    return Access(Role(row.role), tuple(row.networks or ())) if row else None


async def find_store_user(
    session: AsyncSession, store_id: UUID, external_id: str
) -> tuple[UUID, Access] | None:
    """Who on the staff a store's user is, what they may do and where, as long as they work here."""
    wanted = {
        "merchant_id": merchant_of(session),
        "store_id": store_id,
        "external_id": external_id,
    }
    row = (await session.execute(_STORE_USER, wanted)).one_or_none()
    return (row.id, Access(Role(row.role), tuple(row.networks or ()))) if row else None


async def get_allow_list(session: AsyncSession) -> AllowList:
    """Where the merchant's staff may sign in from."""
    row = await session.get(AllowListRow, merchant_of(session))
    return AllowList(0, ()) if row is None else allow_list_of(row, ring_of(session))


async def allowed_networks(session: AsyncSession) -> list[Network]:
    """The networks of the merchant's allow list; none of them: staff may be anywhere."""
    query = select(AllowListRow.networks).where(AllowListRow.merchant_id == merchant_of(session))
    return await session.scalar(query) or []


def member_of(row: MemberRow, ring: KeyRing) -> Member:
    """A member from their row, opened."""
    return Member(
        id=row.id,
        merchant_id=row.merchant_id,
        email=ring.open_text(row.merchant_id, "staff.email", row.email_sealed) or "",
        name=ring.open_text(row.merchant_id, "staff.name", row.name_sealed),
        role=Role(row.role),
        state=state_of(row),
        created_at=row.created_at,
        link_expires_at=row.link_expires_at,
        erased_at=row.erased_at,
    )


def allow_list_of(row: AllowListRow, ring: KeyRing) -> AllowList:
    """An allow list from its row, opened."""
    sealed = ring.open_text(row.merchant_id, NETWORK_LABELS, row.labels_sealed)
    labels: list[str] = json.loads(sealed or "[]")
    return AllowList(row.version, tuple(map(Place, row.networks, labels)))


def state_of(row: MemberRow) -> State:
    """Whether this member can work."""
    if row.removed_at is not None:
        return State.REMOVED
    if row.disabled_at is not None:
        return State.SUSPENDED
    return State.INVITED if row.password_hash is None else State.ACTIVE


def key_of(row: ApiKeyRow) -> ApiKey:
    """A key from its row."""
    return ApiKey(
        row.id,
        row.merchant_id,
        row.name,
        row.hint,
        frozenset(map(Scope, row.scopes)),
        row.created_at,
        row.created_by,
        row.revoked_at,
    )
