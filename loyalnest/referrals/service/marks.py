"""What two people have in common: keyed hashes of addresses, cards, devices and IPs.

A mark is hashed on arrival and forgotten after a while. Hashes made with an index key that has been
retired since match nothing any more; the time until new ones are there is short.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of, ring_of
from loyalnest.kernel.networks import line_of, read_address
from loyalnest.referrals.values import Mark

KEPT_FOR = timedelta(days=90)

_NOTE = """
INSERT INTO referral_marks (merchant_id, customer_id, kind, hash, seen_at)
SELECT n.merchant_id, n.customer_id, n.kind, n.hash, $5
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[])
     AS n (merchant_id, customer_id, kind, hash)
ON CONFLICT (merchant_id, customer_id, kind, hash) DO UPDATE SET seen_at = excluded.seen_at
"""
# What the friend shows now or has shown before, of the advocate and of the others whom the advocate
# brought.
_SHARED = """
WITH told AS (
    SELECT kind, hash FROM unnest($4::text[], $5::bytea[]) AS t (kind, hash)
  UNION
    SELECT m.kind, m.hash
    FROM customers c
    JOIN referral_marks m ON m.merchant_id = c.merchant_id AND m.customer_id = c.id
    WHERE c.merchant_id = $1 AND (c.id = $3 OR c.merged_into = $3) AND m.seen_at >= $6
)
SELECT DISTINCT m.kind
FROM told
JOIN referral_marks m ON m.kind = told.kind AND m.hash = told.hash
WHERE m.merchant_id = $1
  AND m.seen_at >= $6
  AND m.customer_id IN (
      SELECT c.id
      FROM customers c
      WHERE c.merchant_id = $1 AND (c.id = $2 OR c.merged_into = $2)
      UNION ALL
      SELECT r.friend_id
      FROM customers c
      JOIN referrals r ON r.merchant_id = c.merchant_id AND r.advocate_id = c.id
      WHERE c.merchant_id = $1 AND (c.id = $2 OR c.merged_into = $2))
  AND m.customer_id NOT IN (
      SELECT c.id
      FROM customers c
      WHERE c.merchant_id = $1 AND (c.id = $3 OR c.merged_into = $3))
ORDER BY m.kind
"""
_FORGET = """
DELETE FROM referral_marks m
USING unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id),
      customers c
WHERE c.merchant_id = k.merchant_id
  AND (c.id = k.customer_id OR c.merged_into = k.customer_id)
  AND m.merchant_id = c.merchant_id
  AND m.customer_id = c.id
"""
_FORGET_OLD = text("DELETE FROM referral_marks WHERE seen_at < :before")

Told = Mapping[Mark, str]
"""Marks as a shop tells them, in clear."""


async def note_marks(
    session: AsyncSession, customer_id: UUID, marks: Told, *, now: datetime
) -> None:
    """Keep what marks a customer, as hashes under the key of the day."""
    await note_many(session, {(merchant_of(session), customer_id): marks}, now=now)


async def note_many(
    session: AsyncSession, marks: Mapping[tuple[UUID, UUID], Told], *, now: datetime
) -> None:
    """The same for customers (merchant, id) of many merchants."""
    ring = ring_of(session)
    rows = sorted(
        {
            (merchant_id, id_, mark.value, ring.blind(merchant_id, _kind(mark), said).hash)
            for (merchant_id, id_), told in marks.items()
            for mark, value in told.items()
            for said in [_normal(mark, value)]
        }
    )
    if rows:
        await (await bulk(session)).execute(_NOTE, *map(list, zip(*rows, strict=True)), now)


async def shared_marks(
    session: AsyncSession, *, advocate: UUID, friend: UUID, marks: Told, now: datetime
) -> set[Mark]:
    """What a friend has in common with the advocate, or with others that the advocate brought.

    What the friend has shown before counts like what is told now.
    """
    merchant_id, ring = merchant_of(session), ring_of(session)
    told = [
        (mark.value, hashed)
        for mark, value in marks.items()
        for hashed in ring.blind_all(merchant_id, _kind(mark), _normal(mark, value))
    ]
    kinds, hashes = [kind for kind, _ in told], [hashed for _, hashed in told]
    rows = await (await bulk(session)).fetch(
        _SHARED, merchant_id, advocate, friend, kinds, hashes, now - KEPT_FOR
    )
    return {Mark(row[0]) for row in rows}


async def forget_marks(session: AsyncSession, who: Sequence[tuple[UUID, UUID]]) -> None:
    """Remove what marks customers (merchant, id), and whoever was merged into them."""
    merchant_ids, ids = [merchant_id for merchant_id, _ in who], [id_ for _, id_ in who]
    await (await bulk(session)).execute(_FORGET, merchant_ids, ids)


async def erase_customer(
    session: AsyncSession, *, merchant_id: UUID, customer_id: UUID, now: datetime
) -> None:
    """Remove what is held here of somebody who asked to be forgotten."""
    await forget_marks(session, [(merchant_id, customer_id)])


async def forget_old_marks(session: AsyncSession, *, now: datetime) -> int:
    """Remove marks that nobody has shown for a while, of all merchants the session sees."""
    done = await session.execute(_FORGET_OLD, {"before": now - KEPT_FOR})
    assert isinstance(done, CursorResult)
    return done.rowcount


def _kind(mark: Mark) -> str:
    return f"referral_mark:{mark.value}"


def _normal(mark: Mark, value: str) -> str:
    """Spelling aside: the same address written twice is the same address, and one line is one."""
    if mark is Mark.IP and (address := read_address(value.partition("/")[0].strip())):
        return str(line_of(address))
    words = "".join(c if c.isalnum() or c in ".:" else " " for c in value.lower()).split()
    return " ".join(word for it in words if (word := it.strip(".:")))
