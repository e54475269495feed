"""API keys are made, shown once, and revoked."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.staff import queries, rules
from loyalnest.staff.errors import ApiKeyNotFound
from loyalnest.staff.events import ApiKeyCreated, ApiKeyRevoked
from loyalnest.staff.models import ApiKeyRow
from loyalnest.staff.service import directory
from loyalnest.staff.values import ApiKey, Scope


async def create_api_key(
    session: AsyncSession,
    *,
    name: str,
    scopes: Collection[Scope],
    granted_by: Collection[str],
    actor: str,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Make a key and its secret, which nobody can show again.

    `granted_by` are the scopes of whoever makes it. Raises ScopesMissing, ScopeNotYours.
    """
    rules.check_granted(scopes, granted_by)
    secret = rules.new_secret(rules.KEY_PREFIX)
    row = ApiKeyRow(
        merchant_id=merchant_of(session),
        id=new_id(),
        name=name,
        secret_hash=rules.secret_hash(secret),
        hint=rules.hint_of(secret),
        scopes=sorted(scope.value for scope in scopes),
        created_at=now,
        created_by=actor,
    )
    session.add(row)
    await session.flush()
    listing = directory.Listing(queries.API_KEY, row.secret_hash, row.merchant_id, row.id)
    await directory.put(session, [listing])
    made = ApiKeyCreated(
        merchant_id=row.merchant_id,
        occurred_at=now,
        key_id=row.id,
        actor=actor,
        scopes=row.scopes,
    )
    await publish(session, [made], now=now)
    return queries.key_of(row), secret


async def revoke_api_key(session: AsyncSession, key_id: UUID, *, actor: str, now: datetime) -> None:
    """Close a key for good; closing it twice is fine. Raises ApiKeyNotFound."""
    row = await session.get(ApiKeyRow, (merchant_of(session), key_id), with_for_update=True)
    if row is None:
        raise ApiKeyNotFound
    if row.revoked_at is not None:
        return
    row.revoked_at = now
    await session.flush()
    revoked = ApiKeyRevoked(
        merchant_id=row.merchant_id, occurred_at=now, key_id=row.id, actor=actor
    )
    await publish(session, [revoked], now=now)
