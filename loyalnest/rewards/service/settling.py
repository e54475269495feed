"""What becomes of a redemption: used, cancelled, lapsed, or its order given back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, orders
from loyalnest.kernel.database import bulk, merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.rewards import errors, queries, rules
from loyalnest.rewards.events import RewardCancelled, RewardExpired, RewardUsed
from loyalnest.rewards.service.moves import record_moves
from loyalnest.rewards.service.respending import books_key, source_of, spend_again
from loyalnest.rewards.service.stock import lock_stock
from loyalnest.rewards.values import Redemption, RedemptionId, State, Terms

_SETTLE = """
UPDATE redemptions d
SET state = k.state, settled_at = $6, order_id = coalesce(k.order_id, d.order_id),
    entry_id = coalesce(k.entry_id, d.entry_id)
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[])
     AS k (merchant_id, id, state, order_id, entry_id)
WHERE d.merchant_id = k.merchant_id AND d.id = k.id
"""
# What was issued before there was a limit was never counted, and gives nothing back.
_GIVE_BACK_STOCK = """
UPDATE rewards r SET taken = greatest(r.taken - k.number, 0)
FROM (SELECT merchant_id, reward_id, count(*) AS number
      FROM unnest($1::uuid[], $2::uuid[]) AS u (merchant_id, reward_id)
      GROUP BY merchant_id, reward_id) AS k
WHERE r.merchant_id = k.merchant_id AND r.id = k.reward_id AND r.stock IS NOT NULL
"""
_LAPSED = f"""
SELECT {queries.REDEMPTION_COLUMNS}
FROM redemptions d
WHERE d.merchant_id = $1 AND d.state = 'issued' AND d.expires_at <= $2
ORDER BY d.id
LIMIT $3
FOR UPDATE SKIP LOCKED
"""  # noqa: S608
_HOLD = f"""
SELECT {queries.REDEMPTION_COLUMNS}
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN redemptions d ON d.merchant_id = k.merchant_id AND d.id = k.id
ORDER BY d.merchant_id, d.id
FOR UPDATE OF d
"""  # noqa: S608
# What was given cost nothing, so that a refund has nothing of it to give back.
_OF_ORDERS = f"""
SELECT {queries.REDEMPTION_COLUMNS}
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, order_id)
JOIN redemptions d ON d.merchant_id = k.merchant_id AND d.order_id = k.order_id
WHERE d.state = 'used' AND d.given_for IS NULL
ORDER BY d.merchant_id, d.id
FOR UPDATE OF d
"""  # noqa: S608
_TERMS = text("""
SELECT v.reward_id, v.version, v.terms
FROM reward_versions v
WHERE v.merchant_id = ANY(:merchant_ids) AND v.reward_id = ANY(:reward_ids)
""")
_RESTORED_FOR_REFUND = "refund:"


async def use(
    session: AsyncSession,
    redemption_id: RedemptionId,
    *,
    order_id: UUID | None = None,
    actor: str,
    now: datetime,
) -> Redemption:
    """Mark a code as used, for an order where one is known.

    The same order again gets the first answer. Raises RedemptionNotFound, OrderNotFound,
    RedemptionUsed, RedemptionCancelled, RedemptionExpired.
    """
    redemption = await queries.get_redemption(session, redemption_id, lock=True)
    if redemption.state is State.USED and order_id and redemption.order_id == order_id:
        return redemption
    rules.check_usable(redemption, now)
    if order_id is not None:
        await orders.get(session, orders.OrderId(order_id))
    await settle_used(session, [(redemption, order_id)], actor=actor, now=now)
    if order_id is not None:
        await return_for_refunds(session, [(redemption.merchant_id, order_id)], now=now)
    return await queries.get_redemption(session, redemption_id)


async def settle_used(
    session: AsyncSession,
    used: Sequence[tuple[Redemption, UUID | None]],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Mark codes that are held as used, each for its order where one is known.

    What came back when one of them lapsed or was cancelled before is taken again.
    """
    again = await spend_again(session, [it for it, _ in used], actor=actor, now=now)
    settled = [(it, State.USED, order_id) for it, order_id in used]
    paid = {id_: entry.id for id_, entry in again.items()}
    await _settle(session, settled, paid_by=paid, actor=actor, reason=None, now=now)
    told = [
        RewardUsed(
            merchant_id=it.merchant_id,
            customer_id=it.customer_id,
            occurred_at=now,
            redemption_id=it.id,
            reward_id=it.reward_id,
            order_id=order_id,
            spent_again=-again[it.id].amount if it.id in again else 0,
        )
        for it, order_id in used
    ]
    await publish(session, told, now=now)


async def cancel(
    session: AsyncSession,
    redemption_id: RedemptionId,
    *,
    reason: str | None,
    actor: str,
    now: datetime,
) -> Redemption:
    """Take an unused code back; what it had cost returns to the very lots it came from.

    Cancelling again changes nothing. Raises RedemptionNotFound, RedemptionUsed, RedemptionExpired.
    """
    redemption = await queries.get_redemption(session, redemption_id, lock=True)
    if redemption.state is State.CANCELLED:
        return redemption
    if redemption.state is State.USED:
        raise errors.RedemptionUsed
    if redemption.state is State.EXPIRED:
        raise errors.RedemptionExpired
    await take_back(session, [redemption], reason=reason, actor=actor, now=now)
    return await queries.get_redemption(session, redemption_id)


async def hold(
    session: AsyncSession, keys: Sequence[tuple[UUID, UUID]]
) -> dict[RedemptionId, Redemption]:
    """Redemptions by (merchant, id), held until the transaction ends.

    For whoever takes some back later on. The books come in between where there are postings, too:
    everybody locks redemptions first, then accounts, then rewards.
    """
    if not keys:
        return {}
    rows = await (await bulk(session)).fetch(_HOLD, *map(list, zip(*keys, strict=True)))
    held = [queries.redemption_of(ring_of(session), row) for row in rows]
    return {it.id: it for it in held}


async def take_back(
    session: AsyncSession,
    unused: Sequence[Redemption],
    *,
    reason: str | None,
    actor: str,
    now: datetime,
) -> None:
    """Cancel unused codes that are held; what they had cost returns to its lots."""
    if not unused:
        return
    await _return(session, [(it, it.cost, "cancelled") for it in unused], actor=actor, now=now)
    settled = [(it, State.CANCELLED, None) for it in unused]
    await _settle(session, settled, actor=actor, reason=reason, now=now)
    await _give_back_stock(session, unused)
    cancelled = [
        RewardCancelled(
            merchant_id=it.merchant_id,
            customer_id=it.customer_id,
            occurred_at=now,
            redemption_id=it.id,
            reward_id=it.reward_id,
            returned=it.cost,
        )
        for it in unused
    ]
    await publish(session, cancelled, now=now)


async def expire_due(session: AsyncSession, *, limit: int = 500, now: datetime) -> int:
    """Let codes lapse whose time has come, and answer how many did; call it until it answers 0."""
    connection = await bulk(session)
    rows = await connection.fetch(_LAPSED, merchant_of(session), now, limit)
    lapsed = [queries.redemption_of(ring_of(session), row) for row in rows]
    if not lapsed:
        return 0
    terms = await _terms_of(session, lapsed)
    returning = [it for it in lapsed if terms[it.reward_id, it.reward_version].returns_unused]
    await _return(session, [(it, it.cost, "expired") for it in returning], actor="system", now=now)
    settled = [(it, State.EXPIRED, None) for it in lapsed]
    await _settle(session, settled, actor="system", reason=None, now=now)
    await _give_back_stock(session, lapsed)
    back = {it.id for it in returning}
    events = [
        RewardExpired(
            merchant_id=it.merchant_id,
            customer_id=it.customer_id,
            occurred_at=it.expires_at or now,
            redemption_id=it.id,
            reward_id=it.reward_id,
            returned=it.cost if it.id in back else 0,
        )
        for it in lapsed
    ]
    await publish(session, events, now=now)
    return len(lapsed)


async def return_for_refunds(
    session: AsyncSession, order_ids: Sequence[tuple[UUID, UUID]], *, now: datetime
) -> None:
    """Bring what used rewards gave back to where the refunds of their orders put it.

    (merchant, order)s whose state may have changed. What was given back already counts, so it ends
    the same whatever came first, and however often.
    """
    if not order_ids:
        return
    connection = await bulk(session)
    rows = await connection.fetch(_OF_ORDERS, *map(list, zip(*order_ids, strict=True)))
    used = [queries.redemption_of(ring_of(session), row) for row in rows]
    if not used:
        return
    terms = await _terms_of(session, used)
    totals = await orders.totals_of(session, list(order_ids))
    keys = {it.id: books_key(it) for it in used}
    entries = await ledger.entries_of_sources(session, list(keys.values()))
    due: list[tuple[Redemption, int, str]] = []
    for it in used:
        total = totals.get(it.order_id) if it.order_id else None
        if total is None:
            continue
        returned = [
            entry for entry in entries[keys[it.id]] if entry.step.startswith(_RESTORED_FOR_REFUND)
        ]
        goal = rules.to_restore(
            it,
            terms[it.reward_id, it.reward_version].on_refund,
            spend=total.spend,
            kept=total.kept,
            gone=total.gone,
        )
        missing = goal - sum(entry.amount for entry in returned)
        if missing > 0:
            due.append((it, missing, f"{_RESTORED_FOR_REFUND}{len(returned) + 1}"))
    await _return(session, due, actor="system", now=now)


async def _settle(
    session: AsyncSession,
    settled: Sequence[tuple[Redemption, State, UUID | None]],
    *,
    paid_by: Mapping[RedemptionId, UUID] | None = None,
    actor: str,
    reason: str | None,
    now: datetime,
) -> None:
    """`paid_by`: the lines of the ledger that have paid for some of them since."""
    connection, paid = await bulk(session), paid_by or {}
    rows = [
        (it.merchant_id, it.id, state.value, order_id, paid.get(it.id))
        for it, state, order_id in settled
    ]
    await connection.execute(_SETTLE, *map(list, zip(*rows, strict=True)), now)
    moves = [(it, it.state, state, actor, reason) for it, state, _ in settled]
    await record_moves(session, moves, now=now)


async def _return(
    session: AsyncSession,
    due: Sequence[tuple[Redemption, int, str]],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Put points back into the lots that paid for these redemptions; gifts were paid by none."""
    paid = [(it, it.entry_id, amount, step) for it, amount, step in due if it.entry_id]
    if not paid:
        return
    units = await ledger.unit_ids_of(session, list({it.merchant_id for it, *_ in paid}))
    postings = [
        ledger.Posting(
            merchant_id=it.merchant_id,
            customer_id=it.customer_id,
            unit_id=units[it.merchant_id],
            kind=ledger.EntryKind.RESTORE,
            amount=amount,
            source=source_of(it.id),
            step=step,
            occurred_at=now,
            actor=actor,
            reverses=ledger.EntryId(entry_id),
        )
        for it, entry_id, amount, step in paid
    ]
    await ledger.post_many(session, postings, now=now)


async def _give_back_stock(session: AsyncSession, returned: Sequence[Redemption]) -> None:
    await lock_stock(session, [(it.merchant_id, it.reward_id) for it in returned])
    connection = await bulk(session)
    await connection.execute(
        _GIVE_BACK_STOCK, [it.merchant_id for it in returned], [it.reward_id for it in returned]
    )


async def _terms_of(
    session: AsyncSession, redemptions: Sequence[Redemption]
) -> dict[tuple[UUID, int], Terms]:
    rows = await session.execute(
        _TERMS,
        {
            "merchant_ids": list({it.merchant_id for it in redemptions}),
            "reward_ids": list({it.reward_id for it in redemptions}),
        },
    )
    return {(row[0], row[1]): Terms.model_validate(row[2]) for row in rows}
