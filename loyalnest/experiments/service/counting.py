"""Counting what pages report: many batches of any merchants in a handful of statements."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.experiments import queries, storage
from loyalnest.experiments.rules.counting import Counted, count, digest_of
from loyalnest.experiments.values import Batch
from loyalnest.kernel.database import act_for, bulk


async def count_many(session: AsyncSession, batches: Sequence[Batch], *, now: datetime) -> int:
    """Count what these batches say; how many were new.

    For a session opened for the platform, which finds out whose stores they are about; from there
    on it acts for those merchants alone. A batch counts once however often it comes, and one about
    a shop that isn't here counts nothing.
    """
    owners = await merchants.owners_of(session, {batch.shop for batch in batches})
    await act_for(session, sorted(set(owners.values())))
    if not owners:
        return 0
    ours = {
        (owners[batch.shop], digest_of(batch)): batch for batch in batches if batch.shop in owners
    }
    connection = await bulk(session)
    fresh = await storage.claim(connection, ours, now=now)
    experiments = await queries.counting(session, sorted({key[0] for key in fresh}), now=now)
    counted = Counted()
    for key in sorted(fresh):
        count(counted, ours[key], key[0], experiments.get(key[0], ()), now=now)
    await storage.write(connection, counted, now=now)
    return len(fresh)
