"""Codes that were typed in at a shop's own checkout, and come back to us with the order."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, ring_of
from loyalnest.orders import Order
from loyalnest.rewards import queries, rules
from loyalnest.rewards.service.settling import return_for_refunds, settle_used
from loyalnest.rewards.values import Redemption, RedemptionId

_HOLD_BY_CODE = f"""
SELECT k.place, {queries.REDEMPTION_COLUMNS}
FROM unnest($1::uuid[], $2::bytea[], $3::int[]) AS k (merchant_id, hash, place)
JOIN redemptions d ON d.merchant_id = k.merchant_id AND d.code_hash = k.hash
ORDER BY d.merchant_id, d.id
FOR UPDATE OF d
"""  # noqa: S608


class Use(msgspec.Struct, frozen=True):
    """A code that an order was paid with."""

    redemption: Redemption
    order: Order


async def hold_by_code(
    session: AsyncSession, named: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Redemption]:
    """The redemptions behind codes (merchant, code), however they were typed, held until the
    transaction ends. A code that is none of ours is left out."""
    typed = list(dict.fromkeys(named))
    ring = ring_of(session)
    hashed = [
        (merchant_id, hash_, place)
        for place, (merchant_id, code) in enumerate(typed)
        if (plain := rules.normalised_code(code))
        for hash_ in ring.blind_all(merchant_id, queries.CODE, plain)
    ]
    if not hashed:
        return {}
    connection = await bulk(session)
    rows = await connection.fetch(_HOLD_BY_CODE, *map(list, zip(*hashed, strict=True)))
    return {typed[place]: queries.redemption_of(ring, row) for place, *row in rows}


async def use_in_orders(
    session: AsyncSession, uses: Sequence[Use], *, actor: str, now: datetime
) -> None:
    """Mark codes as used for the orders that were paid with them. They are held already.

    A code is used once: by the order that was told of first, and of two that came together by the
    one that was placed first. It counts if it was good when the order was placed. What was refunded
    of the order before it was told of is made up for at once.
    """
    first: dict[RedemptionId, Use] = {}
    for use in sorted(uses, key=_placed):
        if rules.is_good(use.redemption, _placed(use)[0]):
            first.setdefault(use.redemption.id, use)
    if not first:
        return
    used = [(use.redemption, use.order.id) for use in first.values()]
    await settle_used(session, used, actor=actor, now=now)
    orders = {(it.merchant_id, order_id) for it, order_id in used}
    await return_for_refunds(session, sorted(orders), now=now)


def _placed(use: Use) -> tuple[datetime, UUID]:
    snapshot = use.order.facts.snapshot
    assert snapshot is not None
    return snapshot.placed_at, use.order.id
