"""Holds that end by an event: an order is fulfilled, its points can be spent."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.ledger import rules
from loyalnest.ledger.queries import SourceKey, own_lots
from loyalnest.ledger.service.books import load_lots, open_accounts, write
from loyalnest.ledger.values import Source

_WHERE = """
SELECT DISTINCT l.merchant_id, l.customer_id, l.unit_id
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN lots l ON l.merchant_id = k.merchant_id AND l.id = k.id
WHERE l.remaining > 0 AND l.held_until IS NOT NULL AND l.released_at IS NULL
"""


async def release_many(
    session: AsyncSession, releases: Mapping[SourceKey, datetime], *, now: datetime
) -> int:
    """Release what these sources brought in and is still held, each as of its instant.

    What is owed is paid from it first. Lots that were released already are left alone, so saying it
    twice is harmless. Answers how many lots were released.
    """
    if not releases:
        return 0
    sources = await own_lots(session, [(key[0], Source(key[1], key[2])) for key in releases])
    if not sources:
        return 0
    connection = await bulk(session)
    rows = await connection.fetch(_WHERE, *zip(*sources, strict=True))
    if not rows:
        return 0
    keys = [(row[0], row[1], row[2]) for row in rows]
    accounts = list((await open_accounts(session, keys, now=now)).values())
    await load_lots(session, accounts)
    released = 0
    for account in accounts:
        rules.settle(account, now)
        for lot in account.lots:
            source = sources.get((account.merchant_id, lot.id))
            if source is not None and lot.pending and lot.remaining:
                rules.release(account, lot, at=releases[account.merchant_id, *source], now=now)
                released += 1
        rules.look_ahead(account)
        rules.settle(account, now)
    await write(session, accounts, now=now)
    return released


async def release_source(
    session: AsyncSession, sources: Sequence[SourceKey], *, at: datetime, now: datetime
) -> int:
    """Release what these sources brought in, all as of one instant; see `release_many`."""
    return await release_many(session, dict.fromkeys(sources, at), now=now)
