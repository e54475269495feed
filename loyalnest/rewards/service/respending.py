"""Codes that an order turns out to have used after all, although they had lapsed or were cancelled.

The shop gave the discount while the code was good, and told of it later. What had come back for the
code meanwhile is spent again: a discount and its points are not had both. Whoever spent them
elsewhere owes them, where the program lets balances owe; where it doesn't, the books say what was
written off.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, ledger, merchants
from loyalnest.kernel.database import bulk
from loyalnest.kernel.ids import to_wire
from loyalnest.rewards.service.stock import lock_stock
from loyalnest.rewards.values import REDEMPTION, Redemption, RedemptionId, State

# What was given out in its place meanwhile leaves none in stock: it is one more than there were.
_TAKE_STOCK = """
UPDATE rewards r SET taken = least(r.taken + k.number, r.stock)
FROM (SELECT merchant_id, reward_id, count(*) AS number
      FROM unnest($1::uuid[], $2::uuid[]) AS u (merchant_id, reward_id)
      GROUP BY merchant_id, reward_id) AS k
WHERE r.merchant_id = k.merchant_id AND r.id = k.reward_id AND r.stock IS NOT NULL
"""
_STEP = "spend:again"


async def spend_again(
    session: AsyncSession, used: Sequence[Redemption], *, actor: str, now: datetime
) -> dict[RedemptionId, ledger.Entry]:
    """Take what came back for those of these codes that had lapsed or were cancelled.

    The ledger's lines that pay for them from now on; none for what had not come back. They are held
    already.
    """
    settled = [it for it in used if it.state is not State.ISSUED]
    if not settled:
        return {}
    returned = await _returned(session, settled)
    owing = [it for it in settled if returned[it.id]]
    entries = await _spend(session, owing, returned, actor=actor, now=now)
    await lock_stock(session, [(it.merchant_id, it.reward_id) for it in settled])
    await (await bulk(session)).execute(
        _TAKE_STOCK, [it.merchant_id for it in settled], [it.reward_id for it in settled]
    )
    return entries


def source_of(redemption_id: RedemptionId) -> ledger.Source:
    """What the books know a redemption by."""
    return ledger.Source("redemption", to_wire(REDEMPTION, redemption_id))


def books_key(it: Redemption) -> tuple[UUID, str, str]:
    """The same, with whose it is."""
    source = source_of(it.id)
    return (it.merchant_id, source.kind, source.id)


async def _returned(
    session: AsyncSession, settled: Sequence[Redemption]
) -> dict[RedemptionId, int]:
    entries = await ledger.entries_of_sources(session, [books_key(it) for it in settled])
    return {
        it.id: sum(
            entry.amount
            for entry in entries[books_key(it)]
            if entry.kind is ledger.EntryKind.RESTORE
        )
        for it in settled
    }


async def _spend(
    session: AsyncSession,
    owing: Sequence[Redemption],
    returned: dict[RedemptionId, int],
    *,
    actor: str,
    now: datetime,
) -> dict[RedemptionId, ledger.Entry]:
    if not owing:
        return {}
    merchant_ids = list({it.merchant_id for it in owing})
    units = await ledger.unit_ids_of(session, merchant_ids)
    programs = await merchants.programs_of(session, merchant_ids)
    living = await customers.current_many(
        session, [(it.merchant_id, it.customer_id) for it in owing]
    )
    postings = [
        ledger.Posting(
            merchant_id=it.merchant_id,
            customer_id=living[it.customer_id],
            unit_id=units[it.merchant_id],
            kind=ledger.EntryKind.REDEEM,
            amount=-returned[it.id],
            source=source_of(it.id),
            step=_STEP,
            occurred_at=now,
            actor=actor,
            shortfall=ledger.Shortfall.OWE
            if programs[it.merchant_id].at(now).settings.debt.allowed
            else ledger.Shortfall.WRITE_OFF,
        )
        for it in owing
    ]
    posted = await ledger.post_many(session, postings, now=now)
    return {it.id: done.entry for it, done in zip(owing, posted, strict=True)}
