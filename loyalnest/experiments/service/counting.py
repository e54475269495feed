"""Counting what pages report: many batches of any merchants in a handful of statements."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.experiments import queries, storage
from loyalnest.experiments.rules.counting import Counted, count, digest_of
from loyalnest.experiments.values import Batch
from loyalnest.kernel.database import act_for, bulk

_WITHOUT_PAUSE = 250


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
        digest_of(batch): (owners[batch.shop], batch) for batch in batches if batch.shop in owners
    }
    connection = await bulk(session)
    fresh = await storage.claim(connection, {it: ours[it][0] for it in ours}, now=now)
    found = [told for digest, told in ours.items() if digest in fresh]
    experiments = await queries.counting(session, list({of for of, _ in found}), now=now)
    counted = Counted()
    for place, (merchant_id, batch) in enumerate(found, start=1):
        if place % _WITHOUT_PAUSE == 0:
            await asyncio.sleep(0)  # whoever else is waiting for this process gets on
        count(counted, batch, merchant_id, experiments.get(merchant_id, ()), now=now)
    await storage.write(connection, counted, now=now)
    return len(found)
