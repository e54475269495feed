"""Where a merchant's customers are led by a link: to the page about the program, or to the shop."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.messaging import Doors
from loyalnest.storefront.pages.doors import PAGES
from loyalnest.storefront.pages.values import PageName, PageSettings
from loyalnest.templates import Door

# Of several stores the first, as long as it stays connected: a link should not wander.
_WHERE = """
SELECT s.domain, s.web_addresses, p.settings::text
FROM stores s
LEFT JOIN LATERAL (
    SELECT v.settings
    FROM page_versions v
    WHERE v.merchant_id = s.merchant_id AND v.page = $3
    ORDER BY v.version DESC
    LIMIT 1
) p ON true
WHERE s.merchant_id = $1
  AND s.provider = $2
  AND s.uninstalled_at IS NULL
ORDER BY s.created_at, s.id
LIMIT 1
"""


def doors_of(address: str, *, provider: str) -> Doors:
    """Where links lead, at an installation of this address, for stores at this provider."""

    async def doors(session: AsyncSession, merchant_id: UUID) -> Mapping[Door, str]:
        asked = (merchant_id, provider, PageName.LOYALTY.value)
        row = await (await bulk(session)).fetchrow(_WHERE, *asked)
        if row is None:
            return {}
        domain, own, saved = row
        shop = own[0] if own else f"https://{domain}"
        page = PageSettings.model_validate_json(saved) if saved else PageSettings()
        if not page.enabled:
            return {Door.SHOP: shop}
        where = page.address or (f"{address}{PAGES}{domain}/{PageName.LOYALTY}" if address else "")
        return {Door.SHOP: shop, Door.ACCOUNT: where} if where else {Door.SHOP: shop}

    return doors
