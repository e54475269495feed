"""Taking back what was given with a message that was then not sent: nobody was told of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, ledger, rewards
from loyalnest.journeys.values import ENROLMENT, SOURCE
from loyalnest.kernel.database import bulk
from loyalnest.kernel.ids import to_wire
from loyalnest.ledger import Entry, EntryKind, Posting, Shortfall

_REASON = "message_dropped"
# Unless another leg of the same step is on its way, or has arrived.
_UNTOLD = """
SELECT DISTINCT m.merchant_id, m.source_id, m.step
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN messages m ON m.merchant_id = k.merchant_id AND m.id = k.id AND m.source_kind = $3
WHERE NOT EXISTS (
    SELECT
    FROM messages o
    WHERE o.merchant_id = m.merchant_id
      AND o.source_id = m.source_id
      AND o.source_kind = m.source_kind
      AND o.step = m.step
      AND o.state NOT IN ('dropped', 'failed'))
ORDER BY m.merchant_id, m.source_id, m.step
"""
_CODES = """
SELECT r.merchant_id, r.id
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS k (merchant_id, given_for_id, given_step)
JOIN redemptions r
  ON r.merchant_id = k.merchant_id AND r.given_for = $4 AND r.given_for_id = k.given_for_id
 AND r.given_step = k.given_step AND r.state = 'issued'
ORDER BY r.merchant_id, r.id
"""


class _Untold(NamedTuple):
    """A step of somebody's way of which they were not told."""

    merchant_id: UUID
    enrolment: str
    step: str


async def take_back(
    session: AsyncSession, dropped: Sequence[tuple[UUID, UUID]], *, now: datetime
) -> None:
    """Take back what came with these messages (merchant, message), which were not sent.

    A code that was used meanwhile stays used, and what was spent of the points is forgiven: a
    customer may have found either in their account. Doing it again changes nothing.
    """
    rows = await (await bulk(session)).fetch(
        _UNTOLD, *map(list, zip(*dropped, strict=True)), SOURCE
    )
    untold = [_Untold(row[0], to_wire(ENROLMENT, row[1]), row[2]) for row in rows]
    if untold:
        await _take_codes(session, untold, now)
        await _take_points(session, untold, now)


async def _take_codes(session: AsyncSession, untold: Sequence[_Untold], now: datetime) -> None:
    columns = map(list, zip(*untold, strict=True))
    rows = await (await bulk(session)).fetch(_CODES, *columns, SOURCE)
    held = await rewards.hold(session, [(row[0], row[1]) for row in rows])
    good = [code for code in held.values() if rewards.is_good(code, now)]
    await rewards.lock_stock(session, [(it.merchant_id, it.reward_id) for it in good])
    await rewards.take_back(session, good, reason=_REASON, actor="system", now=now)


async def _take_points(session: AsyncSession, untold: Sequence[_Untold], now: datetime) -> None:
    keys = list({(it.merchant_id, SOURCE, it.enrolment) for it in untold})
    entries = await ledger.entries_of_sources(session, keys)
    given = [
        (it, entry)
        for it in untold
        for entry in entries[it.merchant_id, SOURCE, it.enrolment]
        if entry.step == f"gift:{it.step}"
    ]
    if not given:
        return
    whose = sorted({(entry.merchant_id, entry.customer_id) for _, entry in given})
    living = await customers.current_many(session, whose)
    postings = [_posting(it, entry, living[entry.customer_id], now) for it, entry in given]
    await ledger.post_many(session, postings, now=now)


def _posting(it: _Untold, given: Entry, living: UUID, now: datetime) -> Posting:
    return Posting(
        merchant_id=it.merchant_id,
        customer_id=living,
        unit_id=given.unit_id,
        kind=EntryKind.REFUND,
        amount=-given.amount,
        source=given.source,
        step=f"taken_back:{it.step}",
        occurred_at=now,
        reason=_REASON,
        basis=ledger.through(given.customer_id, living),
        clawback_of=given.source,
        shortfall=Shortfall.WRITE_OFF,
    )
