"""What becomes of reports, told to the inbox."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, messaging
from loyalnest.integrations.reports.values import Reports, Told
from loyalnest.kernel.database import act_for
from loyalnest.kernel.inbox import Prepared, Provider

TOPICS = frozenset({"status", "inbound", "audience"})


def provided(reports: Reports) -> Provider:
    """One vendor's reports, for the inbox."""
    name = reports.provider.value

    async def apply(session: AsyncSession, prepared: Sequence[Prepared], now: datetime) -> None:
        """Merchant by merchant: what is told is of one merchant's messages and customers."""
        by_merchant: dict[UUID, list[Prepared]] = defaultdict(list)
        for it in prepared:
            by_merchant[it.delivery.merchant_id].append(it)
        seen = sorted(session.info["merchants"])
        for merchant_id, theirs in by_merchant.items():
            await act_for(session, [merchant_id])
            await _take_in(session, theirs, by=name, now=now)
        await act_for(session, seen)

    return Provider(
        name=name,
        handled=TOPICS,
        requests=frozenset(),
        prepare=reports.read,
        apply=apply,
    )


async def _take_in(
    session: AsyncSession, prepared: Sequence[Prepared], *, by: str, now: datetime
) -> None:
    """What people said counts as of when it came, however often it had to be tried."""
    told = [(cast(Told, it.fact), it.delivery.received_at) for it in prepared]
    statuses = [status for it, _ in told for status in it.statuses]
    if statuses:
        await messaging.take_status(session, statuses, now=now)
    held = [replace(hold, at=at) for it, at in told for hold in it.held]
    if held:
        await consents.suppress_many(session, held, by=by, now=now)
    for it, at in told:
        # Somebody's two letters count in their order, and there are few.
        for letter in it.letters:
            await consents.take_reply(session, letter.sender, letter.text, by=by, at=at, now=now)
