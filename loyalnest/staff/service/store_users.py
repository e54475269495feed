"""Users of a store's own admin who are somebody on the staff here.

A store can say which of its users asks, and never what they may do here: nobody is linked but by
themself, signed in with their password, and whatever ends all their sessions ends this as well.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.http import Caller
from loyalnest.staff.errors import NotSignedIn
from loyalnest.staff.events import StaffStoreLinked

_LINK = text("""
INSERT INTO store_users (merchant_id, store_id, external_id, staff_id, linked_at)
VALUES (:merchant_id, :store_id, :external_id, :staff_id, :now)
ON CONFLICT (merchant_id, store_id, external_id)
DO UPDATE SET staff_id = excluded.staff_id, linked_at = excluded.linked_at
    WHERE store_users.staff_id <> excluded.staff_id
RETURNING true
""")
_UNLINK = text("DELETE FROM store_users WHERE merchant_id = :merchant_id AND staff_id = :staff_id")


async def link_store_user(
    session: AsyncSession, store_id: UUID, external_id: str, *, by: Caller, now: datetime
) -> None:
    """From now on, whoever this store names so comes in as whoever signed in here.

    A user who was linked to somebody else before is theirs no longer. Raises NotSignedIn.
    """
    if by.session_id is None:
        raise NotSignedIn
    wanted = {
        "merchant_id": merchant_of(session),
        "store_id": store_id,
        "external_id": external_id,
        "staff_id": by.subject_id,
        "now": now,
    }
    if await session.scalar(_LINK, wanted):
        linked = StaffStoreLinked(
            merchant_id=by.merchant_id,
            occurred_at=now,
            staff_id=by.subject_id,
            actor=by.actor,
            store_id=store_id,
        )
        await publish(session, [linked], now=now)


async def unlink_store_users(session: AsyncSession, *, staff_id: UUID) -> None:
    """No store's word lets this member in any more; they sign in again with their password."""
    await session.execute(_UNLINK, {"merchant_id": merchant_of(session), "staff_id": staff_id})
