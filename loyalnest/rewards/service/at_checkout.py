"""Codes that were typed in at a shop's own checkout, and come back to us with the order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, ring_of
from loyalnest.kernel.events import publish
from loyalnest.orders import Order
from loyalnest.rewards import queries, rules
from loyalnest.rewards.events import RewardMisused
from loyalnest.rewards.service.settling import return_for_refunds, settle_used
from loyalnest.rewards.values import Redemption, RedemptionId, State

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
    is_news: bool = True
    """Whether nobody had said before what was bought."""


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
    one that was placed first. It counts if it was good when the order was placed, also where it has
    lapsed or was cancelled since: what came back for it is spent again. What was refunded of the
    order before it was told of is made up for at once. Of a code that was not good it is said that
    the shop took it nevertheless.
    """
    first: dict[RedemptionId, Use] = {}
    in_turn = sorted(uses, key=_placed)
    for use in in_turn:
        if rules.was_good(use.redemption, _placed(use)[0]):
            first.setdefault(use.redemption.id, use)
    if first:
        used = [(use.redemption, use.order.id) for use in first.values()]
        await settle_used(session, used, actor=actor, now=now)
        orders = {(it.merchant_id, order_id) for it, order_id in used}
        await return_for_refunds(session, sorted(orders), now=now)
    await publish(session, _misused(in_turn, first, now), now=now)


def _misused(
    uses: Sequence[Use], first: Mapping[RedemptionId, Use], now: datetime
) -> list[RewardMisused]:
    """What is to be said of orders that name a code they did not use, each once."""
    found: dict[tuple[RedemptionId, UUID], RewardMisused] = {}
    for use in uses:
        it, user = use.redemption, first.get(use.redemption.id)
        by_whom = user.order.id if user else it.order_id
        # Who used a code at the counter, or by the API without an order, may have meant this one.
        unnamed = it.state is State.USED and by_whom is None
        if not use.is_news or unnamed or by_whom == use.order.id:
            continue
        found[it.id, use.order.id] = RewardMisused(
            merchant_id=it.merchant_id,
            customer_id=it.customer_id,
            occurred_at=now,
            redemption_id=it.id,
            reward_id=it.reward_id,
            order_id=use.order.id,
            state=_stood(use, used=user is not None).value,
        )
    return list(found.values())


def _stood(use: Use, *, used: bool) -> State:
    """What had become of a code by the time it was typed in, noted already or not."""
    if used:
        return State.USED
    return State.EXPIRED if use.redemption.state is State.ISSUED else use.redemption.state


def _placed(use: Use) -> tuple[datetime, UUID]:
    snapshot = use.order.facts.snapshot
    assert snapshot is not None
    return snapshot.placed_at, use.order.id
