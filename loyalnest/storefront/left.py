"""The addresses that people left, as the page sees them by which they are confirmed."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.storefront.captures import get_capture
from loyalnest.storefront.errors import CaptureNotFound
from loyalnest.storefront.service import confirm_email
from loyalnest.storefront.values import CaptureId


class LeftAddresses:
    """What `consents` asks of whoever keeps addresses that may be no customers'."""

    async def words_of(self, session: AsyncSession, left_id: UUID, /) -> str | None:
        """What was agreed to where an address was left; None for one that isn't there."""
        try:
            return (await get_capture(session, CaptureId(left_id))).agreed_to
        except CaptureNotFound:
            return None

    async def confirm(self, session: AsyncSession, left_id: UUID, /, *, now: datetime) -> None:
        """Whoever reads the address's mail says that they left it. Any number of times the same."""
        with suppress(customers.CustomerGone):  # forgotten meanwhile: it is an address, no more
            await confirm_email(session, CaptureId(left_id), now=now)
