"""Timetable: addresses that nobody has confirmed are forgotten when their days are over."""

from datetime import datetime
from uuid import UUID

from loyalnest.kernel.database import Database
from loyalnest.kernel.jobs import Recurring, merchant_by_merchant
from loyalnest.storefront.captures import asking
from loyalnest.storefront.service import forget_unconfirmed


async def forget(database: Database, now: datetime) -> None:
    """Look at every merchant whose pages ever asked for any; each bite commits by itself."""
    async with database.platform() as session:
        merchant_ids = await asking(session)

    async def forget_of(merchant_id: UUID) -> None:
        gone = 1
        while gone:
            async with database.tenant(merchant_id) as session:
                gone = await forget_unconfirmed(session, now=now)

    await merchant_by_merchant(merchant_ids, forget_of)


NIGHTLY = Recurring("storefront.forget_unconfirmed", "35 3 * * *", forget)
