"""Use case: a merchant says what a page shows."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, merchants
from loyalnest.kernel.events import publish
from loyalnest.storefront.pages import queries
from loyalnest.storefront.pages.errors import PageStale
from loyalnest.storefront.pages.events import PageChanged
from loyalnest.storefront.pages.models import PageVersionRow
from loyalnest.storefront.pages.values import PageName, PageSettings, PageVersion


async def save(
    session: AsyncSession,
    page: PageName,
    settings: PageSettings,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> PageVersion:
    """Let a page show this from now on. Saving what it shows already changes nothing.

    With `read_version` only that version is replaced. Raises PageStale, LogoNotFound.
    """
    merchant_id = await merchants.take_turns(session)
    before = await queries.current(session, page)
    if before.settings == settings:
        return before
    if read_version is not None and read_version != before.version:
        raise PageStale
    await branding.hold_picture(session, settings.picture, purpose=f"page:{page}")
    session.add(
        PageVersionRow(
            merchant_id=merchant_id,
            page=page.value,
            version=before.version + 1,
            settings=settings.model_dump(mode="json"),
            changed_at=now,
            changed_by=actor,
        )
    )
    await session.flush()
    was = dict(before.settings)
    news = PageChanged(
        merchant_id=merchant_id,
        occurred_at=now,
        page=page.value,
        version=before.version + 1,
        changed=tuple(name for name, value in settings if value != was[name]),
    )
    await publish(session, [news], now=now)
    return await queries.current(session, page)
