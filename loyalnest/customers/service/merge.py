"""Two customers who turn out to be one person, and the way back.

Identities move and remember whose they were (`origin_id`), so a merge can be undone to the letter.
`merged_into` of everybody below always points at the customer who is still there, one step away.
The merges that stand form a tree; what comes back when one is undone is that branch of it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers.errors import (
    CandidateNotFound,
    CustomerGone,
    CustomerNotFound,
    MergeCovered,
    MergeImpossible,
    MergeNotFound,
)
from loyalnest.customers.events import CustomerMerged, CustomerToldApart, CustomerUnmerged
from loyalnest.customers.queries import brought_by
from loyalnest.customers.values import CustomerId, MergeId
from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id

_SEALED_COLUMNS = {
    f"{field}_sealed": f"customers.{field}" for field in ("email", "phone", "name", "birthday")
}

# Waits for every transaction that is writing something for either of them: a new order or account
# holds its customer's row by its foreign key.
_LOCK = text("""
SELECT *
  FROM customers
 WHERE merchant_id = :merchant_id
   AND id IN (:one, :other)
 ORDER BY id
   FOR UPDATE
""")

_STANDING = text("""
SELECT id
  FROM customer_merges
 WHERE merchant_id = :merchant_id
   AND kept_id = :kept_id
   AND merged_id = :merged_id
   AND unmerged_at IS NULL
""")

_MOVE_IDENTITIES = text("""
UPDATE customer_identities
   SET customer_id = :kept_id,
       origin_id = coalesce(origin_id, :merged_id)
 WHERE merchant_id = :merchant_id
   AND customer_id = :merged_id
""")

_POINT_AT_KEPT = text("""
UPDATE customers
   SET merged_into = :kept_id,
       updated_at = :now
 WHERE merchant_id = :merchant_id
   AND (id = :merged_id OR merged_into = :merged_id)
""")

_FILL_IN = text("""
UPDATE customers
   SET email_sealed = :email_sealed,
       phone_sealed = :phone_sealed,
       name_sealed = :name_sealed,
       birthday_sealed = :birthday_sealed,
       enrolled_at = :enrolled_at,
       updated_at = :now
 WHERE merchant_id = :merchant_id
   AND id = :kept_id
""")

_RECORD = text("""
INSERT INTO customer_merges (merchant_id, id, kept_id, merged_id, filled, actor, merged_at)
VALUES (:merchant_id, :id, :kept_id, :merged_id, :filled, :actor, :now)
""")

_SETTLE_CANDIDATE = text("""
UPDATE merge_candidates
   SET settled_at = :now,
       settled_as = 'merged'
 WHERE merchant_id = :merchant_id
   AND customer_id = least(CAST(:kept_id AS uuid), CAST(:merged_id AS uuid))
   AND other_id = greatest(CAST(:kept_id AS uuid), CAST(:merged_id AS uuid))
""")

_DISMISS = text("""
UPDATE merge_candidates AS pair
   SET settled_at = coalesce(pair.settled_at, :now),
       settled_as = coalesce(pair.settled_as, 'dismissed')
  FROM (
        SELECT merchant_id, customer_id, other_id, settled_at
          FROM merge_candidates
         WHERE merchant_id = :merchant_id
           AND customer_id = least(CAST(:one AS uuid), CAST(:other AS uuid))
           AND other_id = greatest(CAST(:one AS uuid), CAST(:other AS uuid))
           FOR UPDATE
       ) AS before
 WHERE (pair.merchant_id, pair.customer_id, pair.other_id)
     = (before.merchant_id, before.customer_id, before.other_id)
RETURNING before.settled_at IS NULL AS settled
""")

_RETURN_IDENTITIES = text("""
UPDATE customer_identities
   SET customer_id = :merged_id,
       origin_id = nullif(origin_id, :merged_id)
 WHERE merchant_id = :merchant_id
   AND customer_id = :kept_id
   AND origin_id = ANY(:branch)
""")

_POINT_BACK = text("""
UPDATE customers
   SET merged_into = nullif(CAST(:merged_id AS uuid), id),
       updated_at = :now
 WHERE merchant_id = :merchant_id
   AND id = ANY(:branch)
""")

_UNDO = text("""
UPDATE customer_merges
   SET unmerged_at = :now,
       unmerged_by = :actor
 WHERE merchant_id = :merchant_id
   AND id = :merge_id
   AND unmerged_at IS NULL
RETURNING kept_id, merged_id, filled
""")


async def dismiss_candidate(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    pair: tuple[CustomerId, CustomerId],
    now: datetime,
) -> None:
    """Settle that two customers are two people; they are not offered again.

    What was settled before stays as it was. Raises CandidateNotFound.
    """
    one, other = pair
    names = {"merchant_id": merchant_id, "one": one, "other": other, "now": now}
    settled: bool | None = await session.scalar(_DISMISS, names)
    if settled is None:
        raise CandidateNotFound
    if settled:
        news = CustomerToldApart(
            merchant_id=merchant_id, customer_id=one, other_id=other, occurred_at=now
        )
        await publish(session, [news], now=now)


async def merge_identities(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    kept_id: CustomerId,
    merged_id: CustomerId,
    actor: str,
    now: datetime,
) -> MergeId:
    """Make one customer of two; from here on every identity of the second names the first.

    What is known of the second fills in what is unknown of the first. Call it before the accounts
    are locked. Asked again, it answers with the merge that stands. Raises CustomerNotFound,
    CustomerGone, MergeImpossible.
    """
    kept, merged = await _lock(session, merchant_id, kept_id, merged_id)
    names = {"merchant_id": merchant_id, "kept_id": kept_id, "merged_id": merged_id}
    standing = await session.scalar(_STANDING, names)
    if standing:
        return standing
    if kept_id == merged_id or kept.merged_into or merged.merged_into:
        raise MergeImpossible
    if kept.erased_at or merged.erased_at:
        raise CustomerGone
    fields = ("enrolled_at", *_SEALED_COLUMNS)
    known = {field: getattr(kept, field) or getattr(merged, field) for field in fields}
    filled = [field for field in fields if known[field] != getattr(kept, field)]
    if filled:
        await session.execute(_FILL_IN, {**names, **known, "now": now})
    merge_id = new_id()
    await session.execute(
        _RECORD, {**names, "id": merge_id, "filled": filled, "actor": actor, "now": now}
    )
    await session.execute(_MOVE_IDENTITIES, names)
    await session.execute(_POINT_AT_KEPT, {**names, "now": now})
    await session.execute(_SETTLE_CANDIDATE, {**names, "now": now})
    news = CustomerMerged(
        merchant_id=merchant_id,
        customer_id=kept_id,
        merged_id=merged_id,
        merge_id=merge_id,
        occurred_at=now,
    )
    await publish(session, [news], now=now)
    return merge_id


async def unmerge_identities(
    session: AsyncSession, *, merchant_id: UUID, merge_id: MergeId, actor: str, now: datetime
) -> tuple[CustomerId, CustomerId]:
    """Undo a merge: give back exactly the identities that came with it. Kept and returned customer.

    Merges into one customer may be undone in any order; one whose kept customer was itself merged
    since waits for that to be undone. Raises MergeNotFound (also when it is undone already),
    MergeCovered.
    """
    undone = await session.execute(
        _UNDO, {"merchant_id": merchant_id, "merge_id": merge_id, "actor": actor, "now": now}
    )
    merge = undone.one_or_none()
    if merge is None:
        raise MergeNotFound
    kept, merged = await _lock(session, merchant_id, merge.kept_id, merge.merged_id)
    if kept.merged_into:
        raise MergeCovered
    names = {"merchant_id": merchant_id, "kept_id": kept.id, "merged_id": merged.id, "now": now}
    branch = await brought_by(session, merge_id)
    await session.execute(_RETURN_IDENTITIES, {**names, "branch": branch})
    await session.execute(_POINT_BACK, {**names, "branch": branch})
    if merge.filled:
        own = _without_what_was_filled_in(ring_of(session), kept, merged, merge.filled)
        await session.execute(_FILL_IN, {**names, **own})
    news = CustomerUnmerged(
        merchant_id=merchant_id,
        customer_id=kept.id,
        merged_id=merged.id,
        merge_id=merge_id,
        occurred_at=now,
    )
    await publish(session, [news], now=now)
    return kept.id, merged.id


async def _lock(
    session: AsyncSession, merchant_id: UUID, kept_id: CustomerId, merged_id: CustomerId
) -> tuple[Row[Any], Row[Any]]:
    rows = await session.execute(
        _LOCK, {"merchant_id": merchant_id, "one": kept_id, "other": merged_id}
    )
    found = {row.id: row for row in rows}
    if kept_id not in found or merged_id not in found:
        raise CustomerNotFound
    return found[kept_id], found[merged_id]


def _without_what_was_filled_in(
    ring: KeyRing, kept: Row[Any], merged: Row[Any], filled: Collection[str]
) -> dict[str, Any]:
    """The kept customer's own data; what has changed since the merge is their own by now."""
    own = {field: getattr(kept, field) for field in ("enrolled_at", *_SEALED_COLUMNS)}
    for field in filled:
        if _plain(ring, kept, field) == _plain(ring, merged, field):
            own[field] = None
    return own


def _plain(ring: KeyRing, row: Row[Any], field: str) -> object:
    """A field's value, opened: sealed twice, the same text has two forms."""
    if field not in _SEALED_COLUMNS:
        return getattr(row, field)
    return ring.open_text(row.merchant_id, _SEALED_COLUMNS[field], getattr(row, field))
