"""What of a program is on the shop's pages, and how it looks there."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.events import publish
from loyalnest.storefront import queries
from loyalnest.storefront.errors import ContentStale
from loyalnest.storefront.events import SiteChanged
from loyalnest.storefront.models import SiteVersionRow
from loyalnest.storefront.values import Site, SiteSettings


async def save_site(
    session: AsyncSession,
    settings: SiteSettings,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> Site:
    """Show this on the shop's pages from now on. Saving what is there already changes nothing.

    With `read_version` only that version is replaced. Raises ContentStale.
    """
    merchant_id = await merchants.take_turns(session)
    before = await queries.current(session)
    if before.settings == settings:
        return before
    if read_version is not None and read_version != before.version:
        raise ContentStale
    session.add(
        SiteVersionRow(
            merchant_id=merchant_id,
            version=before.version + 1,
            settings=settings.model_dump(mode="json"),
            changed_at=now,
            changed_by=actor,
        )
    )
    await session.flush()
    was = dict(before.settings)
    news = SiteChanged(
        merchant_id=merchant_id,
        occurred_at=now,
        version=before.version + 1,
        changed=tuple(name for name, value in settings if value != was[name]),
    )
    await publish(session, [news], now=now)
    return await queries.current(session)
