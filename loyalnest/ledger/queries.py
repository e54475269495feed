"""Named reads of the books."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk, merchant_of
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.ledger import errors
from loyalnest.ledger.values import Entry, EntryId, EntryKind, Source, UnitId

LAST_INSTANT = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)

PostingKey = tuple[UUID, str, str, str]
"""Merchant, source kind, source id, step: what happens once."""

SourceKey = tuple[UUID, str, str]
"""Merchant, source kind, source id."""

_ENTRY = """
e.merchant_id, e.id, e.customer_id, e.unit_id, e.kind, e.amount, e.balance_after, e.source_kind,
e.source_id, e.step, e.request_hash, e.reverses_id, e.program_version, e.basis, e.reason, e.actor,
e.occurred_at, e.recorded_at
"""

_BY_KEY = f"""
SELECT {_ENTRY}
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
    AS k (merchant_id, source_kind, source_id, step)
JOIN entries e
  ON e.merchant_id = k.merchant_id
 AND e.source_kind = k.source_kind
 AND e.source_id = k.source_id
 AND e.step = k.step
"""  # noqa: S608

_BY_SOURCE = f"""
SELECT {_ENTRY}
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k (merchant_id, source_kind, source_id)
JOIN entries e
  ON e.merchant_id = k.merchant_id
 AND e.source_kind = k.source_kind
 AND e.source_id = k.source_id
ORDER BY e.id
"""  # noqa: S608

_BY_ID = f"""
SELECT {_ENTRY} FROM entries e WHERE e.merchant_id = $1 AND e.id = $2
"""  # noqa: S608

_HELD = """
SELECT l.entry_id
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, entry_id)
JOIN lots l ON l.merchant_id = k.merchant_id AND l.entry_id = k.entry_id
WHERE l.held_until > $3
  AND l.released_at IS NULL
"""

_OF_CUSTOMER = f"""
SELECT {_ENTRY}
FROM entries e
WHERE e.merchant_id = $1
  AND e.customer_id = $2
  AND ($3::uuid IS NULL OR e.unit_id = $3)
  AND ($4::uuid IS NULL OR e.id < $4)
ORDER BY e.id DESC
LIMIT $5
"""  # noqa: S608

# A merge may have moved the lots, more than once: follow them to where they are now.
_OWN_LOTS = """
WITH RECURSIVE own AS (
    SELECT l.merchant_id, l.id, k.source_kind, k.source_id
    FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k (merchant_id, source_kind, source_id)
    JOIN entries e
      ON e.merchant_id = k.merchant_id
     AND e.source_kind = k.source_kind
     AND e.source_id = k.source_id
    JOIN lots l ON l.merchant_id = e.merchant_id AND l.entry_id = e.id
  UNION ALL
    SELECT l.merchant_id, l.id, own.source_kind, own.source_id
    FROM own
    JOIN lots l ON l.merchant_id = own.merchant_id AND l.origin_id = own.id
)
SELECT merchant_id, id, source_kind, source_id FROM own
"""

_OWN_DEBTS = """
WITH RECURSIVE own AS (
    SELECT d.merchant_id, d.id
    FROM entries e
    JOIN debts d ON d.merchant_id = e.merchant_id AND d.entry_id = e.id
    WHERE e.merchant_id = $1 AND e.source_kind = $2 AND e.source_id = $3
  UNION ALL
    SELECT d.merchant_id, d.id
    FROM own
    JOIN debts d ON d.merchant_id = own.merchant_id AND d.origin_id = own.id
)
SELECT id FROM own
"""


async def entries_of_keys(
    session: AsyncSession, keys: Sequence[PostingKey]
) -> dict[PostingKey, Entry]:
    """What was recorded under these keys; a key never seen is left out."""
    if not keys:
        return {}
    connection = await bulk(session)
    rows = await connection.fetch(_BY_KEY, *zip(*keys, strict=True))
    entries = map(entry_of, rows)
    return {(e.merchant_id, e.source[0], e.source[1], e.step): e for e in entries}


async def entries_of_sources(
    session: AsyncSession, keys: Sequence[SourceKey]
) -> dict[SourceKey, list[Entry]]:
    """All entries of these sources, oldest first; a source without one has an empty list."""
    found: dict[SourceKey, list[Entry]] = {key: [] for key in keys}
    if keys:
        connection = await bulk(session)
        for row in await connection.fetch(_BY_SOURCE, *zip(*found, strict=True)):
            entry = entry_of(row)
            found[entry.merchant_id, entry.source[0], entry.source[1]].append(entry)
    return found


async def own_lots(
    session: AsyncSession, sources: Sequence[tuple[UUID, Source]]
) -> dict[tuple[UUID, UUID], Source]:
    """By merchant and lot: which of these sources brought its points in."""
    connection = await bulk(session)
    keys = {(merchant_id, source[0], source[1]) for merchant_id, source in sources}
    rows = await connection.fetch(_OWN_LOTS, *zip(*keys, strict=True))
    return {(merchant_id, lot_id): Source(kind, id_) for merchant_id, lot_id, kind, id_ in rows}


async def held_entries(
    session: AsyncSession, entries: Sequence[tuple[UUID, str]], *, now: datetime
) -> frozenset[str]:
    """Those of (merchant, entry as on the wire) whose points can't be spent yet."""
    ids = [from_wire("ent", it) for _, it in entries]
    rows = await (await bulk(session)).fetch(_HELD, [it for it, _ in entries], ids, now)
    return frozenset(to_wire("ent", row[0]) for row in rows)


async def own_debts(session: AsyncSession, merchant_id: UUID, source: Source) -> set[UUID]:
    """The debts that a source made, wherever they have moved since."""
    connection = await bulk(session)
    rows = await connection.fetch(_OWN_DEBTS, merchant_id, source[0], source[1])
    return {row[0] for row in rows}


async def entry_by_id(session: AsyncSession, merchant_id: UUID, entry_id: EntryId) -> Entry:
    """One line of the books. Raises EntryUnknown."""
    connection = await bulk(session)
    row = await connection.fetchrow(_BY_ID, merchant_id, entry_id)
    if row is None:
        raise errors.EntryUnknown
    return entry_of(row)


async def entries_of_customer(
    session: AsyncSession,
    customer_id: UUID,
    *,
    limit: int,
    before: EntryId | None = None,
    unit_id: UnitId | None = None,
) -> list[Entry]:
    """A customer's entries, newest first, older than `before`; with a unit, of it alone."""
    connection = await bulk(session)
    rows = await connection.fetch(
        _OF_CUSTOMER, merchant_of(session), customer_id, unit_id, before, limit
    )
    return list(map(entry_of, rows))


def entry_of(row: Row) -> Entry:
    """An entry from a row of the columns in their order."""
    values: Sequence[Any] = tuple(row.values())
    return Entry(
        merchant_id=values[0],
        id=EntryId(values[1]),
        customer_id=values[2],
        unit_id=UnitId(values[3]),
        kind=EntryKind(values[4]),
        amount=values[5],
        balance_after=values[6],
        source=Source(values[7], values[8]),
        step=values[9],
        request_hash=values[10],
        reverses=values[11],
        program_version=values[12],
        basis=values[13],
        reason=values[14],
        actor=values[15],
        occurred_at=values[16],
        recorded_at=values[17],
    )
