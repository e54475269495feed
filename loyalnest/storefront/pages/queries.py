"""Named reads: what a merchant has settled about its pages."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.storefront.pages.values import PageName, PageSettings, PageVersion

_NEWEST = text("""
SELECT DISTINCT ON (page) page, version, settings, changed_at, changed_by
FROM page_versions
WHERE merchant_id = :merchant_id
ORDER BY page, version DESC
""")


async def current(session: AsyncSession, page: PageName) -> PageVersion:
    """What the session's merchant shows on a page; version 0, ours, until it says."""
    return (await all_current(session))[page]


async def all_current(session: AsyncSession) -> Mapping[PageName, PageVersion]:
    """The same for every page."""
    merchant_id = merchant_of(session)
    saved = {
        PageName(row.page): PageVersion(
            merchant_id,
            PageName(row.page),
            row.version,
            PageSettings.model_validate(row.settings),
            row.changed_at,
            row.changed_by,
        )
        for row in await session.execute(_NEWEST, {"merchant_id": merchant_id})
    }
    ours = {
        each: PageVersion(merchant_id, each, 0, PageSettings(), None, None) for each in PageName
    }
    return ours | saved
