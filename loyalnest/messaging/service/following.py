"""Somebody follows a link of a message, or uses what it brought."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.messaging.errors import LinkUnknown
from loyalnest.messaging.keys import LETTER
from loyalnest.messaging.links import target_of
from loyalnest.messaging.service.statuses import take_status
from loyalnest.messaging.values import Mark, MessageId, Status

_LETTER = text("""
SELECT coalesce(m.letter_sealed, q.letter_sealed) AS sealed, m.clicked_at
FROM messages m
LEFT JOIN message_queue q ON q.merchant_id = m.merchant_id AND q.message_id = m.id
WHERE m.merchant_id = :merchant_id AND m.id = :id
""")


async def follow(
    session: AsyncSession, message_id: MessageId, number: int, *, counts: bool, now: datetime
) -> str:
    """Where a message's link leads: to what stood in the message and nowhere else.

    The first time that it `counts` is told. Raises LinkUnknown.
    """
    asked = {"merchant_id": merchant_of(session), "id": message_id}
    row = (await session.execute(_LETTER, asked)).one_or_none()
    if row is None or row.sealed is None:
        raise LinkUnknown
    kept = json.loads(ring_of(session).open(merchant_of(session), LETTER, bytes(row.sealed)))
    target = target_of(kept["links"], number)
    if counts and row.clicked_at is None:
        await take_status(session, [Status(Mark.CLICKED, now, message_id=message_id)], now=now)
    return target


async def note_redeemed(
    session: AsyncSession, messages: Sequence[tuple[MessageId, datetime]], *, now: datetime
) -> None:
    """Note that what messages brought was used, and when."""
    told = [Status(Mark.REDEEMED, at, message_id=id_) for id_, at in messages]
    await take_status(session, told, now=now)
