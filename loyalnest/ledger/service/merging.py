"""Two customers who are one, and the way back."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.kernel import errors as kernel_errors
from loyalnest.kernel.database import Row, bulk
from loyalnest.kernel.ids import to_wire
from loyalnest.ledger import rules
from loyalnest.ledger.queries import own_debts, own_lots
from loyalnest.ledger.service.books import AccountKey, load_lots, open_accounts, write
from loyalnest.ledger.values import Source

MERGE = "merge"
"""The kind of source that a merge's entries name."""

EarnedThrough = Callable[[AsyncSession, Sequence[UUID]], Awaitable[Sequence[Source]]]
"""What came in through the identities of these customers; asked once they are locked."""

_UNITS = """
SELECT u.id, EXISTS (
    SELECT FROM accounts a
    WHERE a.merchant_id = $1 AND a.customer_id = $2 AND a.unit_id = u.id)
FROM units u
WHERE u.merchant_id = $1
"""

_MOVED = """
SELECT a.unit_id FROM accounts a
WHERE a.merchant_id = $1 AND a.customer_id = $2 AND a.moved_by = $3
"""

_CAME_OVER = """
SELECT u.code, sum(e.amount)::bigint
FROM entries e
JOIN units u ON u.merchant_id = e.merchant_id AND u.id = e.unit_id
WHERE e.merchant_id = $1
  AND e.source_kind = 'merge'
  AND e.source_id = $2
  AND e.customer_id = $3
GROUP BY u.code
"""

_LEFT = """
SELECT u.code, sum(l.remaining)::bigint
FROM unnest($2::uuid[]) AS k (id)
JOIN lots l ON l.merchant_id = $1 AND l.id = k.id AND l.customer_id = $3
JOIN units u ON u.merchant_id = l.merchant_id AND u.id = l.unit_id
GROUP BY u.code
"""


# Back from what is left at the customer to the entries that once brought it in.
_NAMED = """
WITH RECURSIVE back AS (
    SELECT l.merchant_id, l.origin_id, l.entry_id
    FROM lots l
    WHERE l.merchant_id = $1 AND l.customer_id = $2 AND l.remaining > 0
  UNION ALL
    SELECT l.merchant_id, l.origin_id, l.entry_id
    FROM back
    JOIN lots l ON l.merchant_id = back.merchant_id AND l.id = back.origin_id
)
SELECT DISTINCT e.source_kind, e.source_id
FROM back
JOIN entries e ON e.merchant_id = back.merchant_id AND e.id = back.entry_id
WHERE back.origin_id IS NULL
  AND e.kind = 'earn'
  AND e.basis ->> 'customer_id' = ANY($3::text[])
"""


class Return(msgspec.Struct, frozen=True):
    """What un-merging would give back in one unit."""

    unit: str
    came_over: int
    """Points less debt, as they came."""
    given_back: int
    """What is left of those lots and of what the returned identities earned since."""


async def merge(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    kept_id: UUID,
    merged_id: UUID,
    actor: str,
    now: datetime,
) -> UUID:
    """Make one customer of two: identities, points with their dates, pending and debt.

    Answers the merge's id. Asked again, it answers with the merge that stands. Raises what
    `customers.merge_identities` raises, and Contended where points arrived meanwhile.
    """
    merge_id = await customers.merge_identities(
        session,
        merchant_id=merchant_id,
        kept_id=kept_id,
        merged_id=merged_id,
        actor=actor,
        now=now,
    )
    await session.flush()
    connection = await bulk(session)
    units = {row[0]: row[1] for row in await connection.fetch(_UNITS, merchant_id, merged_id)}
    # Accounts that don't exist yet are opened and closed, so that nothing can arrive there later.
    givers: list[AccountKey] = [(merchant_id, merged_id, unit) for unit in units]
    takers: list[AccountKey] = [
        (merchant_id, kept_id, unit) for unit, used in units.items() if used
    ]
    accounts = await open_accounts(session, [*givers, *takers], now=now)
    await load_lots(session, list(accounts.values()))
    for account in accounts.values():
        rules.settle(account, now)
    why = rules.Move(Source(MERGE, merge_id.hex), "merge", actor, now)
    for key in givers:
        giver, taker = accounts[key], accounts.get((merchant_id, kept_id, key[2]))
        if giver.moved_to is not None:
            continue
        if taker is not None:
            rules.move(giver, taker, giver.lots, giver.debts, why)
        elif giver.lots or giver.debts:
            raise kernel_errors.Contended
        giver.moved_to, giver.moved_by, giver.changed = kept_id, merge_id, True
    await write(session, accounts.values(), now=now)
    return merge_id


async def unmerge(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    merge_id: UUID,
    earned_through: EarnedThrough,
    actor: str,
    now: datetime,
) -> None:
    """Undo a merge: identities, and what is left of the very lots and debts that came with it.

    `earned_through` tells what came in through the returned identities: what is left of that goes
    along. What was spent meanwhile stays spent: see `preview_unmerge`. Raises what
    `customers.unmerge_identities` raises.
    """
    kept_id, merged_id = await customers.unmerge_identities(
        session,
        merchant_id=merchant_id,
        merge_id=merge_id,
        actor=actor,
        now=now,
    )
    await session.flush()
    connection = await bulk(session)
    units = [row[0] for row in await connection.fetch(_MOVED, merchant_id, merged_id, merge_id)]
    keys: list[AccountKey] = [
        (merchant_id, c, unit) for unit in units for c in (kept_id, merged_id)
    ]
    accounts = await open_accounts(session, keys, now=now)
    await load_lots(session, list(accounts.values()))
    sources = await _sources(session, merchant_id, merge_id, kept_id, earned_through)
    lots = await own_lots(session, sources)
    debts = await own_debts(session, merchant_id, Source(MERGE, merge_id.hex))
    why = rules.Move(Source(MERGE, merge_id.hex), "back", actor, now)
    for unit in units:
        taker = accounts[merchant_id, merged_id, unit]
        giver = accounts[merchant_id, kept_id, unit]
        taker.moved_to, taker.moved_by, taker.changed = None, None, True
        rules.settle(giver, now)
        rules.move(
            giver,
            taker,
            [lot for lot in giver.lots if (merchant_id, lot.id) in lots],
            [debt for debt in giver.debts if debt.id in debts],
            why,
        )
    await write(session, accounts.values(), now=now)


async def preview_unmerge(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    merge_id: UUID,
    kept_id: UUID,
    earned_through: EarnedThrough,
) -> list[Return]:
    """What un-merging would give back, to be shown before it is confirmed."""
    connection = await bulk(session)
    sources = await _sources(session, merchant_id, merge_id, kept_id, earned_through)
    lots = await own_lots(session, sources)
    came = _by_unit(await connection.fetch(_CAME_OVER, merchant_id, merge_id.hex, kept_id))
    ids = [lot_id for _, lot_id in lots]
    left = _by_unit(await connection.fetch(_LEFT, merchant_id, ids, kept_id))
    return [Return(unit, came.get(unit, 0), left.get(unit, 0)) for unit in sorted({*came, *left})]


def through(named: UUID, living: UUID) -> dict[str, str] | None:
    """What an entry's basis says where a customer earned under the id of one merged into them.

    Should the merge be undone, the points follow that id.
    """
    return None if named == living else {"customer_id": to_wire(customers.WIRE_PREFIX, named)}


def _by_unit(rows: Iterable[Row]) -> dict[str, int]:
    return {row[0]: row[1] for row in rows}


async def _sources(
    session: AsyncSession,
    merchant_id: UUID,
    merge_id: UUID,
    kept_id: UUID,
    earned_through: EarnedThrough,
) -> list[tuple[UUID, Source]]:
    brought = await customers.brought_by(session, merge_id)
    earned = await earned_through(session, brought)
    wires = [to_wire(customers.WIRE_PREFIX, one) for one in brought]
    rows = await (await bulk(session)).fetch(_NAMED, merchant_id, kept_id, wires)
    named = [Source(row[0], row[1]) for row in rows]
    return [(merchant_id, it) for it in (Source(MERGE, merge_id.hex), *earned, *named)]
