"""One account at a time: what was spent put back, and corrections by hand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.ledger import errors
from loyalnest.ledger.queries import entry_by_id
from loyalnest.ledger.service.due import bring_up_to_date
from loyalnest.ledger.service.posting import post_many
from loyalnest.ledger.values import (
    EntryId,
    EntryKind,
    Posted,
    Posting,
    Shortfall,
    Source,
    UnitId,
)


async def adjust(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    customer_id: UUID,
    unit_id: UnitId,
    amount: int,
    reason: str,
    source: Source,
    actor: str,
    may_owe: bool = False,
    request_hash: bytes | None = None,
    now: datetime,
) -> Posted:
    """Give or take points by hand, once for a source.

    Taking more than is available is refused unless the merchant's policy lets a balance go into
    debt (`may_owe`). Raises InsufficientPoints, KeyReused, MeaninglessPosting, UnitUnknown.
    """
    if not reason.strip():
        raise errors.MeaninglessPosting("An adjustment says why: give a reason.")
    posting = Posting(
        merchant_id=merchant_id,
        customer_id=customer_id,
        unit_id=unit_id,
        kind=EntryKind.ADJUST,
        amount=amount,
        source=source,
        step="adjust",
        occurred_at=now,
        actor=actor,
        reason=reason,
        request_hash=request_hash,
        shortfall=Shortfall.OWE if may_owe else Shortfall.REFUSE,
    )
    (posted,) = await post_many(session, [posting], now=now)
    return posted


async def write_off(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    customer_id: UUID,
    unit_id: UnitId,
    reason: str,
    source: Source,
    actor: str,
    now: datetime,
) -> Posted | None:
    """Forgive what an account owes: an adjustment of exactly the debt. None where nothing is owed.

    Raises MeaninglessPosting without a reason.
    """
    key = (merchant_id, customer_id, unit_id)
    owed = (await bring_up_to_date(session, [key], now=now))[key].debt
    if not owed:
        return None
    return await adjust(
        session,
        merchant_id=merchant_id,
        customer_id=customer_id,
        unit_id=unit_id,
        amount=owed,
        reason=reason,
        source=source,
        actor=actor,
        now=now,
    )


async def put_back(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    entry_id: EntryId,
    source: Source,
    step: str = "restore",
    amount: int | None = None,
    reason: str | None = None,
    actor: str,
    now: datetime,
) -> Posted:
    """Undo a redemption, or a part of it: the very lots it drew from get their points back.

    Raises EntryUnknown, NotReversible.
    """
    entry = await entry_by_id(session, merchant_id, entry_id)
    posting = Posting(
        merchant_id=merchant_id,
        customer_id=entry.customer_id,
        unit_id=entry.unit_id,
        kind=EntryKind.RESTORE,
        amount=-entry.amount if amount is None else amount,
        source=source,
        step=step,
        occurred_at=now,
        actor=actor,
        reason=reason,
        reverses=entry_id,
    )
    (posted,) = await post_many(session, [posting], now=now)
    return posted
