"""Whose a page is: by the domain of the store that it belongs to."""

import re
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import act_for

FindShop = Callable[[AsyncSession, str], Awaitable[merchants.Shop | None]]
"""Whose store a domain is; in a session that was opened for nobody."""

_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


async def enter(session: AsyncSession, find_shop: FindShop, domain: str) -> merchants.Shop | None:
    """Act for the merchant whose connected store this is; None where it is nobody's.

    For a session that was opened for nobody. What can't be a domain is not looked for.
    """
    if not _DOMAIN.fullmatch(domain):
        return None
    shop = await find_shop(session, domain)
    if shop is None:
        return None
    await act_for(session, [shop.merchant_id])
    return shop if await merchants.is_connected(session, shop.store_id) else None
