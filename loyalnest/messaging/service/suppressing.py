"""Addresses that nothing reaches, or whose owners want nothing more, are told to consents."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents
from loyalnest.messaging.values import Channel, Reason

_FOR = {
    Reason.ADDRESS_INVALID: consents.Reason.INVALID,
    Reason.NOT_ON_CHANNEL: consents.Reason.INVALID,
    Reason.ADDRESS_BOUNCED: consents.Reason.BOUNCED,
    Reason.OPTED_OUT: consents.Reason.STOPPED,
    Reason.COMPLAINED: consents.Reason.COMPLAINED,
}


async def suppress(
    session: AsyncSession,
    found: Sequence[tuple[Channel, str, Reason]],
    *,
    by: str,
    now: datetime,
) -> None:
    """Let addresses get nothing from now on for which a provider gave such a reason."""
    held = [
        consents.Held(consents.Channel(channel), address, _FOR[reason])
        for channel, address, reason in found
        if reason in _FOR
    ]
    if held:
        await consents.suppress_many(session, held, by=by, now=now)


async def suppress_addressees(
    session: AsyncSession, found: Sequence[tuple[UUID, Reason]], *, by: str, now: datetime
) -> None:
    """The same for people who are no customers."""
    held = [(id_, _FOR[reason]) for id_, reason in found if reason in _FOR]
    await consents.suppress_addressees(session, held, by=by, now=now)
